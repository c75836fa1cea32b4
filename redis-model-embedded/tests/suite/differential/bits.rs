//! Strings as bits, and what they have in common.

use super::{promise::promise, run};

const BITS: &[&str] = &[
    "SETBIT key bit 1",
    "SETBIT key bit 0",
    "GETBIT key bit",
    "BITCOUNT key",
    "BITCOUNT key offset offset",
    "BITCOUNT key offset offset {BIT|BYTE}",
    "BITPOS key 0 {offset}",
    "BITPOS key 1 {offset}",
    "BITPOS key 0 offset offset {BIT|BYTE}",
    "BITPOS key 1 offset offset {BIT|BYTE}",
    "BITOP AND key key {key|key key}",
    "BITOP OR key key {key|key key}",
    "BITOP XOR key key {key|key key}",
    "BITOP NOT key key",
    "GET key",
    "SET key value",
    "SET key long",
    "APPEND key value",
    "STRLEN key",
    "SADD key member",
    "DEL key",
    "EXPIRE key ttl",
    "COPY key key REPLACE",
    "RENAME key key",
    "WATCH key",
    "MULTI",
    "EXEC",
];

const FIELDS: &[&str] = &[
    "BITFIELD key SET width bit int GET width bit",
    "BITFIELD key INCRBY width bit int INCRBY width bit int",
    "BITFIELD key {GET width bit|OVERFLOW SAT|OVERFLOW FAIL} INCRBY width bit int {SET width bit int|GET width bit}",
    "BITFIELD key OVERFLOW SAT SET width bit int {INCRBY width bit int|OVERFLOW WRAP} SET width bit int",
    "BITFIELD key OVERFLOW FAIL SET width bit int {INCRBY width bit int|OVERFLOW SAT} INCRBY width bit int",
    "BITFIELD key {GET width bit}",
    "BITFIELD_RO key {GET width bit|OVERFLOW WRAP}",
    "BITFIELD_RO key GET width bit",
    "GET key",
    "SET key long",
    "SADD key member",
    "DEL key",
    "EXPIRE key ttl",
    "WATCH key",
    "MULTI",
    "EXEC",
];

const SUBSEQUENCES: &[&str] = &[
    "LCS key key {IDX|LEN|WITHMATCHLEN|MINMATCHLEN count}",
    "LCS key key IDX {WITHMATCHLEN|MINMATCHLEN count}",
    "SET key letters",
    "SET key letters",
    "SET key value",
    "APPEND key letters",
    "SADD key member",
    "DEL key",
];

#[test]
fn bits_answer_as_on_the_server() {
    run(BITS, promise);
}

#[test]
fn fields_of_bits_answer_as_on_the_server() {
    run(FIELDS, promise);
}

#[test]
fn common_subsequences_are_those_of_the_server() {
    run(SUBSEQUENCES, promise);
}
