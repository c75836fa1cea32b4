//! What is the same in every container's type.

/// Gives a struct of a `container` and `of: PhantomData` its constructors, and what makes it a handle.
macro_rules! container {
    ($name:ident<$($generic:ident),+>) => {
        impl<$($generic),+> $name<$($generic),+> {
            /// The one at this key. Sends nothing.
            pub fn at(key: impl Into<$crate::key::Key>) -> Self {
                Self::of($crate::collection::Container::at(key.into()))
            }

            /// One at a random key that nothing else has. What is put there stays until it is cleared or expires.
            pub fn temporary() -> Self {
                Self::at($crate::random::random_text())
            }

            pub(in $crate::collection) fn of(container: $crate::collection::Container) -> Self {
                Self { container, of: std::marker::PhantomData }
            }
        }

        /// What all containers have in common: their key, and its life.
        impl<$($generic),+> std::ops::Deref for $name<$($generic),+> {
            type Target = $crate::collection::Container;

            fn deref(&self) -> &Self::Target {
                &self.container
            }
        }

        impl<$($generic),+> Clone for $name<$($generic),+> {
            fn clone(&self) -> Self {
                Self::of(self.container.clone())
            }
        }

        impl<$($generic),+> std::fmt::Debug for $name<$($generic),+> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.container).finish()
            }
        }
    };
}

/// Lets a container be a field of a record. Not one with companions: only the key itself shares the record's life.
macro_rules! in_record {
    ($name:ident<$($generic:ident),+>) => {
        impl<$($generic),+> $crate::layout::InRecord for $name<$($generic),+> {
            fn in_record(place: $crate::layout::Place, path: &'static str, _limit: Option<u64>) -> Self {
                Self::of($crate::collection::Container::of_record(place, path))
            }
        }
    };
}

pub(super) use {container, in_record};
