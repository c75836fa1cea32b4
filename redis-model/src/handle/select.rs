//! Projections: some fields of a record, and nothing else.

use std::vec;

use redis::{Cmd, Value};

use crate::{
    codec::{Codec, DecodeError},
    command::hash,
    error::{Error, Result},
    key::Key,
    path::Path,
    query::{Query, Reply, text_of},
};

/// Paths of a model that are read together: one [`Path`], or a tuple of up to 12.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not select fields of `{M}`",
    label = "not paths of `{M}`",
    note = "give a `path!({M}.field)` or a tuple of them; fields with a key of their own and nested structs are read \
            through their handles"
)]
pub trait Selection<M>: Copy + Send + Sync + 'static {
    /// A value or `None` for each path.
    type Output: Send + 'static;

    /// Appends the paths to `HMGET`, each followed by its earlier names.
    #[doc(hidden)]
    fn fields(&self, cmd: &mut Cmd);

    /// Reads the values.
    #[doc(hidden)]
    fn read(&self, values: &mut Values) -> Result<Self::Output>;
}

/// The values of selected fields, in the order in which they were asked for.
#[derive(Debug)]
pub struct Values {
    left: vec::IntoIter<Value>,
    key: Key,
    model: &'static str,
}

/// The query that selects fields of the record at `key`, once `read` has made one of its command.
pub(crate) fn select<M, S: Selection<M>>(
    key: &Key,
    paths: S,
    read: impl FnOnce(Cmd) -> Query<Values>,
) -> Query<S::Output> {
    let mut cmd = hash::get_many(key, 8);
    paths.fields(&mut cmd);
    let asked = cmd.args_iter().len() - 2;
    read(cmd).and_then(move |mut values| {
        if values.left.len() != asked {
            let found = values.left.len();
            return Err(values.error(String::new(), DecodeError::reply(format!("{asked} values"), &found)));
        }
        paths.read(&mut values)
    })
}

impl Values {
    pub(crate) fn of(reply: Reply<'_>) -> Result<Self> {
        let (value, context) = reply.into_parts();
        match value {
            Value::Array(values) => Ok(Self { left: values.into_iter(), key: context.key(), model: context.model() }),
            other => Err(context.decode_error_at(String::new(), DecodeError::reply("values", &other))),
        }
    }

    /// The value of a path: under the first of its names that holds one.
    fn next<M, T, C: Codec<T>>(&mut self, path: Path<M, T, C>) -> Result<Option<T>> {
        let mut names = self.left.by_ref().take(1 + path.aliases().len());
        let first = names.find(|value| *value != Value::Nil);
        names.for_each(drop);
        let Some(stored) = first else { return Ok(None) };
        let value = text_of(stored).and_then(C::decode);
        value.map(Some).map_err(|source| self.error(path.as_str().to_owned(), source))
    }

    fn error(&self, path: String, source: DecodeError) -> Error {
        Error::Decode { model: self.model, key: self.key.clone(), path, source }
    }
}

fn ask<M, T, C>(path: Path<M, T, C>, cmd: &mut Cmd) {
    cmd.arg(path.as_str()).arg(path.aliases());
}

impl<M: 'static, T: Send + 'static, C: Codec<T>> Selection<M> for Path<M, T, C> {
    type Output = Option<T>;

    fn fields(&self, cmd: &mut Cmd) {
        ask(*self, cmd);
    }

    fn read(&self, values: &mut Values) -> Result<Option<T>> {
        values.next(*self)
    }
}

macro_rules! selections {
    ($($($value:ident $codec:ident $index:tt),+;)*) => {$(
        impl<M: 'static, $($value: Send + 'static, $codec: Codec<$value>),+> Selection<M> for ($(Path<M, $value, $codec>,)+) {
            type Output = ($(Option<$value>,)+);

            fn fields(&self, cmd: &mut Cmd) {
                $(ask(self.$index, cmd);)+
            }

            fn read(&self, values: &mut Values) -> Result<Self::Output> {
                Ok(($(values.next(self.$index)?,)+))
            }
        }
    )*};
}

selections! {
    A CA 0;
    A CA 0, B CB 1;
    A CA 0, B CB 1, C CC 2;
    A CA 0, B CB 1, C CC 2, D CD 3;
    A CA 0, B CB 1, C CC 2, D CD 3, E CE 4;
    A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5;
    A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6;
    A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6, H CH 7;
    A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6, H CH 7, I CI 8;
    A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6, H CH 7, I CI 8, J CJ 9;
    A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6, H CH 7, I CI 8, J CJ 9, K CK 10;
    A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6, H CH 7, I CI 8, J CJ 9, K CK 10, L CL 11;
}
