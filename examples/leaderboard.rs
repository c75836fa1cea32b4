//! The best players of today and of all time: sorted sets that keep each player's best score, whoever reports it.
//!
//! `cargo run --example leaderboard` needs no server; with `REDIS_URL` set it runs on that one.

use std::{env, thread, time::Duration};

use redis_model::{
    Counter, Query, Result, SortedSet,
    blocking::Store,
    collection::{Aggregate, InsertIf},
    prelude::*,
};

/// What belongs to one season lies in one slot of a cluster, so that its boards can be combined on the server.
fn board(name: &str) -> SortedSet<String> {
    SortedSet::at(format!("leaderboard:{{season 1}}:{name}"))
}

fn games() -> Counter<String> {
    Counter::at("leaderboard:{season 1}:games")
}

/// A game counts for both; a score counts if it is the player's best. One round trip; whether it is a new best.
fn played(player: &str, score: u32) -> Query<bool> {
    let best = board("today").insert_if(InsertIf::Greater, player, score);
    (best, games().add(player, 1)).batch().map(|(is_best, _)| is_best)
}

fn main() -> Result<()> {
    let store = if env::var_os("REDIS_URL").is_some() { Store::from_env()? } else { Store::embedded() };
    let (today, all_time) = (board("today"), board("all time"));
    (today.clear(), all_time.clear(), games().clear()).batch().run(&store)?;
    all_time.extend([("grace", 880), ("alan", 640), ("edsger", 700)]).run(&store)?;

    for (player, score) in [("ada", 520), ("alan", 410), ("ada", 390)] {
        let is_best = played(player, score).run(&store)?;
        println!("{player} plays {score}{}", if is_best { ": a new best" } else { "" });
    }

    // Many games end at once. The server compares, so that no better score is lost to a worse one that comes later.
    let players = ["ada", "alan", "grace", "edsger", "barbara"];
    thread::scope(|scope| {
        for (number, player) in (0_u32..).zip(players) {
            let store = &store;
            scope.spawn(move || {
                for game in 0..50 {
                    let points = (game * 37 + number * 101) % 700;
                    played(player, points).run(store).expect("the store answers");
                }
            });
        }
    });

    println!("-- today");
    for (place, (player, score)) in (1..).zip(today.range(..3).rev().with_scores().run(&store)?) {
        println!("{place}. {player} {score}");
    }
    let (place, best) = (today.reverse_rank("edsger"), today.score("edsger")).batch().run(&store)?;
    if let (Some(place), Some(best)) = (place, best) {
        println!("edsger is number {} with {best}", place + 1);
        // Those right above and below, as a player sees them.
        let place = place.cast_signed();
        let around = today.range((place - 1).max(0)..=place + 1).rev().run(&store)?;
        println!("around edsger: {}", around.join(", "));
    }
    println!("{} have 650 and more", today.count_by_score(650.0..).run(&store)?);
    println!("most games: {:?}", games().most_common(2).run(&store)?);

    // At midnight the day goes into the season: the better of both scores, on the server. The day's board is forgotten later.
    let all = all_time.union(&today).aggregate(Aggregate::Max).store_into(&all_time).run(&store)?;
    today.expire(Duration::from_secs(7 * 24 * 3600)).run(&store)?;
    println!("-- all time, of {all}");
    let best = all_time.range_by_score(600.0..).rev().take(3).with_scores().run(&store)?;
    for (place, (player, score)) in (1..).zip(best) {
        println!("{place}. {player} {score}");
    }
    Ok(())
}
