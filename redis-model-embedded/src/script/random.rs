use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use mlua::Lua;

use super::failure;

/// The `math.random` of scripts: Redis' own `lrand48`, which gives the same numbers on every machine.
#[derive(Debug, Clone)]
pub(super) struct ScriptRandom {
    state: Arc<AtomicU64>,
}

impl Default for ScriptRandom {
    fn default() -> Self {
        Self { state: Arc::new(AtomicU64::new(first_state(0))) }
    }
}

impl ScriptRandom {
    /// `math.random([low,] high)`: with limits an integer between them, without a fraction.
    pub(super) fn next(&self, lua: &Lua, limits: &[f64]) -> mlua::Result<f64> {
        let (low, high) = match *limits {
            [] => return Ok(self.fraction()),
            [high] => (1.0, high.trunc()),
            [low, high] => (low.trunc(), high.trunc()),
            _ => return Err(failure::raise_at_line(lua, "wrong number of arguments")),
        };
        if low > high {
            let text = format!("bad argument #{} to 'random' (interval is empty)", limits.len());
            return Err(failure::raise_at_line(lua, &text));
        }
        Ok((self.fraction() * (high - low + 1.0)).floor() + low)
    }

    pub(super) fn seed(&self, seed: f64) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it takes the lower 32 bits")]
        let seed = (seed as i64) as u32;
        self.state.store(first_state(seed), Ordering::Relaxed);
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

fn first_state(seed: u32) -> u64 {
    u64::from(seed) << 16 | 0x330E
}
