//! Projections: some fields of a record, and nothing else.

use redis::{Cmd, Value};

use crate::{
    codec::{Codec, DecodeError},
    error::Result,
    path::Path,
    query::Reply,
};

/// Paths of a model that are read together: one [`Path`], or a tuple of up to 12.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not select fields of `{M}`",
    label = "not paths of `{M}`",
    note = "give a `path!({M}.field)` or a tuple of them; fields with a key of their own and nested structs are read \
            through their handles"
)]
pub trait Selection<M>: Send + Sync + 'static {
    /// A value or `None` for each path.
    type Output: Send + 'static;

    /// How many paths.
    #[doc(hidden)]
    const COUNT: usize;

    /// Appends the paths to `HMGET`.
    #[doc(hidden)]
    fn fields(&self, cmd: &mut Cmd);

    /// Reads the values.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn read(reply: Reply<'_>) -> Result<Self::Output>;
}

impl<M: 'static, T: Send + 'static, C: Codec<T>> Selection<M> for Path<M, T, C> {
    type Output = Option<T>;
    const COUNT: usize = 1;

    fn fields(&self, cmd: &mut Cmd) {
        cmd.arg(self.as_str());
    }

    #[allow(private_interfaces)]
    fn read(reply: Reply<'_>) -> Result<Option<T>> {
        let (values, context) = values(reply, 1)?;
        context.value::<T, C>(0, values.into_iter().next().unwrap_or_default())
    }
}

macro_rules! selections {
    ($($count:literal: $($value:ident $codec:ident $index:tt),+;)*) => {$(
        impl<M: 'static, $($value: Send + 'static, $codec: Codec<$value>),+> Selection<M> for ($(Path<M, $value, $codec>,)+) {
            type Output = ($(Option<$value>,)+);
            const COUNT: usize = $count;

            fn fields(&self, cmd: &mut Cmd) {
                $(cmd.arg(self.$index.as_str());)+
            }

            #[allow(private_interfaces)]
            fn read(reply: Reply<'_>) -> Result<Self::Output> {
                let (values, context) = values(reply, $count)?;
                let mut values = values.into_iter();
                Ok(($(context.value::<$value, $codec>($index, values.next().unwrap_or_default())?,)+))
            }
        }
    )*};
}

selections! {
    1: A CA 0;
    2: A CA 0, B CB 1;
    3: A CA 0, B CB 1, C CC 2;
    4: A CA 0, B CB 1, C CC 2, D CD 3;
    5: A CA 0, B CB 1, C CC 2, D CD 3, E CE 4;
    6: A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5;
    7: A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6;
    8: A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6, H CH 7;
    9: A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6, H CH 7, I CI 8;
    10: A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6, H CH 7, I CI 8, J CJ 9;
    11: A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6, H CH 7, I CI 8, J CJ 9, K CK 10;
    12: A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6, H CH 7, I CI 8, J CJ 9, K CK 10, L CL 11;
}

fn values(reply: Reply<'_>, count: usize) -> Result<(Vec<Value>, crate::query::Context<'_>)> {
    let (value, context) = reply.into_parts();
    match value {
        Value::Array(values) if values.len() == count => Ok((values, context)),
        other => Err(context.decode_error(0, DecodeError::reply(format!("{count} values"), &other))),
    }
}
