//! pottery's `redis_cache`, in a process of its own.

use redis_model_benches::{Options, Python};

pub(crate) fn measure(options: &Options, port: u16) {
    match Python::find("cache.py", "pottery") {
        Ok(python) => {
            let seconds = if options.rounds == 0 { "0.01" } else { "2" };
            let printed = python.run(&[&port.to_string(), seconds]);
            let [hit, miss] = &printed[..] else { panic!("two numbers") };
            if options.rounds > 0 {
                println!(
                    "\npottery's `redis_cache`: {hit} µs for a hit, {miss} µs for a miss, in a process of its own"
                );
            }
        }
        Err(reason) => println!("\npottery's `redis_cache` was left out: {reason}"),
    }
}
