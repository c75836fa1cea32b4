//! Runs one side of one operation over and over, on a connection that answers at once: what is left is the client's own
//! work. `benches/instructions` counts its instructions.

use std::{env, hint::black_box, process::ExitCode};

use redis::{Cmd, cmd};
use redis_model::{List, RedisModel, prelude::*};
use redis_model_benches::{Canned, User, by_hand, mixed_batch};

/// As long as the name of any script.
const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    let (variant, count) = (args.next().unwrap_or_default(), args.next().and_then(|count| count.parse().ok()));
    if let Some(count) = count
        && run(&variant, count)
    {
        return ExitCode::SUCCESS;
    }
    eprintln!("usage: instructions <side>_<operation> <count>, where the side is raw or model");
    ExitCode::FAILURE
}

/// Runs a variant so many times; false if there is none of this name.
fn run(variant: &str, count: u64) -> bool {
    let con = &mut Canned::Text;
    match variant {
        "raw_get" => each(count, |id| by_hand::get_name(id).query::<Option<String>>(con)),
        "model_get" => each(count, |id| User::at(id).name().get().query(con)),
        "raw_list_get" => each(count, |id| on_list("LINDEX", id).arg(7).take().query::<Option<String>>(con)),
        "model_list_get" => each(count, |id| list(id).get(7).query(con)),
        _ => return run_writes(variant, count) || run_records(variant, count),
    }
    true
}

fn list(id: u64) -> List<String> {
    List::at(format!("bench:list:{id}"))
}

fn on_list(command: &str, id: u64) -> Cmd {
    cmd(command).arg(format!("bench:list:{id}")).take()
}

fn run_writes(variant: &str, count: u64) -> bool {
    let con = &mut Canned::Number;
    match variant {
        "raw_list_push" => each(count, |id| on_list("RPUSH", id).arg(User::TEXT).take().query::<u64>(con)),
        "model_list_push" => each(count, |id| list(id).push_back(User::TEXT).query(con)),
        "raw_set" => each(count, |id| by_hand::set_name(id, User::TEXT).exec(con)),
        "model_set" => each(count, |id| User::at(id).name().set(User::TEXT).unchecked().query(con)),
        "raw_conditional_set" => {
            each(count, |id| by_hand::set_name_if_exists(SHA, id, User::TEXT).query::<bool>(con));
        }
        "model_conditional_set" => {
            let con = &mut Canned::Kept;
            each(count, |id| User::at(id).name().set(User::TEXT).query(con));
        }
        _ => return false,
    }
    true
}

fn run_records(variant: &str, count: u64) -> bool {
    let (record, number, batch) = (&mut Canned::Record, &mut Canned::Number, &mut Canned::Batch);
    let mut user = User::sample(0);
    match variant {
        "raw_load" => each(count, |id| by_hand::user(id, by_hand::load(id).query(record)?)),
        "model_load" => each(count, |id| User::load(id).query(record)),
        "raw_save" => each(count, |id| {
            user.id = id;
            by_hand::save(&user).exec(number)
        }),
        "model_save" => each(count, |id| {
            user.id = id;
            user.save().query(number)
        }),
        "raw_batch100" => each(count, |id| by_hand::names_and_logins(by_hand::mixed_batch(id).query(batch)?)),
        "model_batch100" => each(count, |id| mixed_batch(id).query(batch)),
        _ => return false,
    }
    true
}

/// Runs an operation so many times, on ids of four digits, so that each sends as many bytes.
fn each<T, E: std::fmt::Debug>(count: u64, mut operation: impl FnMut(u64) -> Result<T, E>) {
    for number in 0..count {
        let answer = operation(black_box(1_000 + number % 1_000));
        black_box(answer.expect("the answer is canned"));
    }
}
