use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use mlua::{Lua, Table};

use super::call::{Call, native};

/// The `math.random` of scripts: Redis' own `lrand48`, which gives the same numbers on every machine.
#[derive(Debug, Clone)]
pub(super) struct ScriptRandom {
    state: Arc<AtomicU64>,
}

/// Where the numbers begin in an engine in which no script has called `math.randomseed` yet.
const FIRST_STATE: u64 = 0x1234_ABCD_330E;

impl Default for ScriptRandom {
    fn default() -> Self {
        Self { state: Arc::new(AtomicU64::new(FIRST_STATE)) }
    }
}

impl ScriptRandom {
    /// Adds `random` and `randomseed` to `functions`.
    pub(super) fn add_functions(&self, lua: &Lua, functions: &Table) -> mlua::Result<()> {
        let this = self.clone();
        functions.set("random", native(lua, move |call| this.next(call))?)?;
        let this = self.clone();
        functions.set("randomseed", native(lua, move |call| call.small_integer(1).map(|seed| this.seed(seed)))?)
    }

    /// `math.random([low,] high)`: with limits an integer between them, without a fraction.
    fn next(&self, call: &Call<'_>) -> mlua::Result<f64> {
        let fraction = self.fraction();
        let (low, high) = match call.len() {
            0 => return Ok(fraction),
            1 => (1, call.small_integer(1)?),
            2 => (call.small_integer(1)?, call.small_integer(2)?),
            _ => return Err(call.fail("wrong number of arguments")),
        };
        if low > high {
            return Err(call.refuse(call.len(), "interval is empty"));
        }
        let width = high.wrapping_sub(low).wrapping_add(1);
        Ok((fraction * f64::from(width)).floor() + f64::from(low))
    }

    fn seed(&self, seed: i32) {
        self.state.store(u64::from(seed.cast_unsigned()) << 16 | 0x330E, Ordering::Relaxed);
    }

    /// A number from 0 to 1, without 1.
    fn fraction(&self) -> f64 {
        const MAX: u32 = i32::MAX as u32;
        const MODULUS: u64 = 1 << 48;
        let next = (self.state.load(Ordering::Relaxed).wrapping_mul(0x5_DEEC_E66D) + 0xB) % MODULUS;
        self.state.store(next, Ordering::Relaxed);
        let number = u32::try_from(next >> 17).expect("31 bits are left");
        f64::from(number % MAX) / f64::from(MAX)
    }
}
