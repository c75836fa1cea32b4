use super::{Args, Context};
use crate::{
    number::parse_integer,
    protocol::{ErrorReply, Reply},
};

/// What a command function gives back.
pub(crate) type Outcome = Result<Reply, ErrorReply>;

/// One row of the command table.
#[derive(Debug)]
pub(crate) struct Command {
    /// In lower case; a subcommand's name is `container|sub`, as Redis prints it.
    pub(crate) name: &'static str,
    /// The exact number of arguments with the name itself, or its negative for "at least".
    pub(crate) arity: i32,
    pub(crate) flags: Flags,
    pub(crate) keys: KeyPositions,
    pub(crate) run: Run,
    /// If there are any, the second word chooses among them and `run` is for when there is no second word.
    pub(crate) subcommands: &'static [Command],
}

pub(crate) type Run = fn(&mut Context<'_>, Args<'_>) -> Outcome;

/// Where a command names its keys, as COMMAND reports it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyPositions {
    pub(crate) first: i32,
    pub(crate) last: i32,
    pub(crate) step: i32,
    /// Those that have no fixed place, if there may be any. COMMAND reports only that.
    further: Option<FurtherKeys>,
}

/// Keys whose places the request tells.
#[derive(Debug, Clone, Copy)]
enum FurtherKeys {
    /// The argument here says how many keys follow it.
    CountedAt(usize),
    /// One, which this finds.
    Found(FindKey),
}

/// Tells where in a request a key is.
type FindKey = fn(Args<'_>) -> Option<usize>;

impl KeyPositions {
    pub(crate) const NONE: Self = Self::fixed(0, 0, 0);
    /// The first argument.
    pub(crate) const ONE: Self = Self::fixed(1, 1, 1);
    /// The first two arguments.
    pub(crate) const TWO: Self = Self::fixed(1, 2, 1);
    /// Every argument.
    pub(crate) const ALL: Self = Self::fixed(1, -1, 1);
    /// Every argument but the last.
    pub(crate) const ALL_BUT_LAST: Self = Self::fixed(1, -2, 1);
    /// Every other argument, from the first.
    pub(crate) const ALTERNATE: Self = Self::fixed(1, -1, 2);

    /// Those from `first` to `last`, every `step`th; a negative `last` counts from the end.
    pub(crate) const fn fixed(first: i32, last: i32, step: i32) -> Self {
        Self { first, last, step, further: None }
    }

    /// Beside the keys in fixed places, those that the argument at `place` counts.
    pub(crate) const fn counted_at(self, place: usize) -> Self {
        Self { further: Some(FurtherKeys::CountedAt(place)), ..self }
    }

    /// Beside the keys in fixed places, the one that `find` tells the place of. There may be others that cannot be told
    /// from the request.
    pub(crate) const fn found_by(self, find: FindKey) -> Self {
        Self { further: Some(FurtherKeys::Found(find)), ..self }
    }

    /// Whether the command takes keys at all.
    pub(crate) const fn exist(self) -> bool {
        self.first != 0 || self.further.is_some()
    }

    /// Whether only the request tells where all its keys are.
    pub(crate) const fn move_about(self) -> bool {
        self.further.is_some()
    }

    /// The keys among the arguments of a request. Those that it counts wrongly are left out.
    fn of(self, args: Args<'_>) -> Vec<&[u8]> {
        let mut keys = Vec::new();
        if let (Ok(first @ 1..), Ok(step)) = (usize::try_from(self.first), usize::try_from(self.step)) {
            let end = match usize::try_from(self.last) {
                Ok(last) => last + 1,
                Err(_) => args.len().saturating_sub(usize::try_from(-1 - self.last).unwrap_or(0)),
            };
            keys.extend(args.get(first..end.min(args.len())).unwrap_or_default().iter().copied().step_by(step.max(1)));
        }
        match self.further {
            None => {}
            Some(FurtherKeys::CountedAt(place)) => keys.extend_from_slice(counted(args, place).unwrap_or_default()),
            Some(FurtherKeys::Found(find)) => keys.extend(find(args).and_then(|place| args.get(place))),
        }
        keys
    }
}

/// As many arguments after `place` as the one there says.
fn counted(args: Args<'_>, place: usize) -> Option<&[&[u8]]> {
    let count = usize::try_from(parse_integer(args.get(place)?)?).ok()?;
    args.get(place + 1..)?.get(..count)
}

/// What kind of command it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flags(u16);

impl Flags {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const WRITE: Self = Self(1);
    pub(crate) const READONLY: Self = Self(1 << 1);
    pub(crate) const DENY_OOM: Self = Self(1 << 2);
    pub(crate) const ADMIN: Self = Self(1 << 3);
    /// Scripts must not call it.
    pub(crate) const NO_SCRIPT: Self = Self(1 << 4);
    pub(crate) const FAST: Self = Self(1 << 5);
    pub(crate) const LOADING: Self = Self(1 << 6);
    pub(crate) const STALE: Self = Self(1 << 7);
    /// Runs at once, even between MULTI and EXEC.
    pub(crate) const CONTROLS_TRANSACTION: Self = Self(1 << 8);
    pub(crate) const PUBSUB: Self = Self(1 << 9);
    /// A RESP2 client may send it while it listens to channels.
    pub(crate) const WHILE_SUBSCRIBED: Self = Self(1 << 10);
    /// May let the client wait.
    pub(crate) const BLOCKING: Self = Self(1 << 11);

    /// The flags that COMMAND shows, with their names.
    const NAMES: [(Self, &'static str); 10] = [
        (Self::WRITE, "write"),
        (Self::READONLY, "readonly"),
        (Self::DENY_OOM, "denyoom"),
        (Self::ADMIN, "admin"),
        (Self::PUBSUB, "pubsub"),
        (Self::NO_SCRIPT, "noscript"),
        (Self::BLOCKING, "blocking"),
        (Self::LOADING, "loading"),
        (Self::STALE, "stale"),
        (Self::FAST, "fast"),
    ];

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(flag, _)| self.has(*flag)).map(|(_, name)| name)
    }
}

impl Command {
    /// A row for a command that runs by itself.
    pub(super) const fn new(name: &'static str, arity: i32, flags: Flags, keys: KeyPositions, run: Run) -> Self {
        Self { name, arity, flags, keys, run, subcommands: &[] }
    }

    /// A row for a command whose second word chooses what runs.
    pub(super) const fn container(name: &'static str, subcommands: &'static [Self]) -> Self {
        let run: Run = |ctx, _| Err(ErrorReply::wrong_arity(ctx.command.name));
        Self { name, arity: -2, flags: Flags::NONE, keys: KeyPositions::NONE, run, subcommands }
    }

    /// The keys that a request names.
    pub(crate) fn keys_of<'a>(&self, args: Args<'a>) -> Vec<&'a [u8]> {
        self.keys.of(args)
    }

    pub(crate) fn accepts(&self, arguments: usize) -> bool {
        let given = i32::try_from(arguments).unwrap_or(i32::MAX);
        if self.arity >= 0 { given == self.arity } else { given >= -self.arity }
    }
}
