//! What runs under a lock is a query: not a tuple of some, and not what another run has answered.

use redis_model::{RedisModel, Result, blocking::Store};

#[derive(RedisModel)]
struct User {
    #[redis(id)]
    id: u64,
    logins: i64,
}

fn main() -> Result<()> {
    let store = Store::embedded();
    let user = User::at(1);
    let guard = user.lock().acquire(&store)?;
    guard.run((user.logins().incr(1), user.logins().incr(2)))?;
    guard.run(user.logins().incr(1).run(&store))?;
    Ok(())
}
