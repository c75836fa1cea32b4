//! Clients that listen to what others publish.

use super::Grammar;

const LISTENING: &[&str] = &[
    "SUBSCRIBE channel",
    "SUBSCRIBE channel channel",
    "PSUBSCRIBE channels",
    "PSUBSCRIBE channels channels",
    "SSUBSCRIBE channel",
    "UNSUBSCRIBE channel",
    "UNSUBSCRIBE channel channel",
    "UNSUBSCRIBE",
    "PUNSUBSCRIBE channels",
    "PUNSUBSCRIBE",
    "SUNSUBSCRIBE channel",
    "SUNSUBSCRIBE",
];

const PUBLISHING: &[&str] = &[
    "PUBLISH channel value",
    "PUBLISH channel value",
    "SPUBLISH channel value",
    "PUBSUB NUMSUB channel channel",
    "PUBSUB SHARDNUMSUB channel channel",
    "PUBSUB NUMPAT",
    "PUBSUB CHANNELS channel",
    "PUBSUB SHARDCHANNELS channel",
    "SELECT db",
    "LLEN list",
    "PING",
    "PING value",
];

const WHILE_LISTENING: &[&str] = &[
    "CLIENT REPLY OFF",
    "CLIENT REPLY SKIP",
    "CLIENT REPLY ON",
    "CLIENT REPLY ON",
    "CLIENT KILL ID client",
    "CLIENT KILL TYPE PUBSUB",
    "CLIENT SETNAME field",
    "BLPOP list 0",
    "RPUSH list value",
    "RESET",
    "NOSUCH",
];

/// Those of which each has one answer: an array of EXEC with more than it has counted says nothing any more.
const LISTENING_IN_TRANSACTIONS: &[&str] =
    &["SUBSCRIBE channel", "PSUBSCRIBE channels", "SSUBSCRIBE channel", "UNSUBSCRIBE channel", "PUNSUBSCRIBE channels"];

#[test]
fn published_messages_arrive_as_on_the_server() {
    let grammar = Grammar {
        lines: [LISTENING, LISTENING, PUBLISHING, PUBLISHING, WHILE_LISTENING].concat(),
        queued: [LISTENING_IN_TRANSACTIONS, PUBLISHING].concat(),
        has_pipelines: true,
        has_swaps: false,
    };
    grammar.run();
}
