//! SORT and `SORT_RO`: the elements of a list, a set or a sorted set in another order, or what other keys hold for them.

use std::{cmp::Ordering, ops::Range};

use super::{Args, Command, Context, Flags, Occasion, Outcome, arguments::integer, is_word, spec::KeyPositions};
use crate::{
    data::{End, Keyspace, List, SortedSet, Value},
    number::parse_weight,
    protocol::{ErrorReply, Reply, c_string},
};

const WRITE: Flags = Flags::WRITE.and(Flags::DENY_OOM);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("sort", -2, WRITE, KeyPositions::ONE.found_by(destination), |ctx, args| {
        let request = Request::parse(&args[2..], Words::All)?;
        sort(ctx, args[1], &request)
    }),
    Command::new("sort_ro", -2, Flags::READONLY, KeyPositions::ONE.found_by(|_| None), |ctx, args| {
        let request = Request::parse(&args[2..], Words::AllButStore)?;
        sort(ctx, args[1], &request)
    }),
];

/// Where the key is that the result goes to: behind the last STORE, whatever is wrong with the other words.
fn destination(args: Args<'_>) -> Option<usize> {
    let (mut place, mut found) = (2, None);
    while let Some(word) = args.get(place) {
        if is_word(word, "LIMIT") {
            place += 2;
        } else if is_word(word, "GET") || is_word(word, "BY") {
            place += 1;
        } else if is_word(word, "STORE") && place + 1 < args.len() {
            found = Some(place + 1);
        }
        place += 1;
    }
    found
}

/// Which words there may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    All,
    AllButStore,
}

/// `[BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA] [STORE destination]`
#[derive(Default)]
struct Request<'a> {
    by: Option<Pattern<'a>>,
    /// A pattern that names no element was given: the order stays as it is.
    is_unsorted: bool,
    is_descending: bool,
    is_alphabetic: bool,
    /// How many elements to leave out, and how many to take after them; all of them if negative.
    limit: Option<(i64, i64)>,
    gets: Vec<Pattern<'a>>,
    destination: Option<&'a [u8]>,
}

impl<'a> Request<'a> {
    fn parse(words: &[&'a [u8]], allowed: Words) -> Result<Self, ErrorReply> {
        let mut request = Self::default();
        let mut rest = words;
        while let [word, after @ ..] = rest {
            rest = match after {
                after if is_word(word, "ASC") || is_word(word, "DESC") => {
                    request.is_descending = is_word(word, "DESC");
                    after
                }
                after if is_word(word, "ALPHA") => {
                    request.is_alphabetic = true;
                    after
                }
                [offset, count, after @ ..] if is_word(word, "LIMIT") => {
                    request.limit = Some((integer(offset)?, integer(count)?));
                    after
                }
                [key, after @ ..] if is_word(word, "STORE") && allowed == Words::All => {
                    request.destination = Some(key);
                    after
                }
                [pattern, after @ ..] if is_word(word, "BY") => {
                    let pattern = Pattern::parse(pattern);
                    request.is_unsorted |= !matches!(pattern, Pattern::Elsewhere { .. });
                    request.by = Some(pattern);
                    after
                }
                [pattern, after @ ..] if is_word(word, "GET") => {
                    request.gets.push(Pattern::parse(pattern));
                    after
                }
                _ => return Err(ErrorReply::SYNTAX),
            };
        }
        Ok(request)
    }

    /// The part of the result that is wanted.
    fn places(&self, count: usize) -> Range<usize> {
        let (offset, length) = self.limit.unwrap_or((0, -1));
        let start = usize::try_from(offset.max(0)).unwrap_or(count).min(count);
        let end = usize::try_from(length).map_or(count, |length| start.saturating_add(length).min(count));
        start..end
    }
}

/// Where to look for what belongs to an element.
#[derive(Clone, Copy)]
enum Pattern<'a> {
    /// `#`: the element itself.
    Element,
    /// Without a star there is nothing to find.
    Nowhere,
    /// In the key that has the element in place of the first star, or in a field of it.
    Elsewhere { before: &'a [u8], after: &'a [u8], field: Option<&'a [u8]> },
}

impl<'a> Pattern<'a> {
    /// Redis looks for `#`, `*` and `->` up to the first NUL only.
    fn parse(pattern: &'a [u8]) -> Self {
        const ARROW: &[u8] = b"->";
        let text = c_string(pattern);
        if text == b"#" {
            return Self::Element;
        }
        let Some(star) = text.iter().position(|byte| *byte == b'*') else { return Self::Nowhere };
        let (before, behind) = (&pattern[..star], &pattern[star + 1..]);
        let arrow = text[star + 1..].windows(ARROW.len()).position(|bytes| bytes == ARROW);
        match arrow.map(|arrow| (&behind[..arrow], &behind[arrow + ARROW.len()..])) {
            Some((after, field)) if !c_string(field).is_empty() => {
                Self::Elsewhere { before, after, field: Some(field) }
            }
            _ => Self::Elsewhere { before, after: behind, field: None },
        }
    }

    /// What belongs to an element; `None` if there is no such key or field, or it is of another type.
    fn look_up(self, keys: &mut Keyspace, element: &[u8]) -> Option<Vec<u8>> {
        let (before, after, field) = match self {
            Self::Element => return Some(element.to_vec()),
            Self::Nowhere => return None,
            Self::Elsewhere { before, after, field } => (before, after, field),
        };
        match (keys.get(&[before, element, after].concat())?, field) {
            (Value::String(text), None) => Some(text.clone()),
            (Value::Hash(hash), Some(field)) => hash.get(field).map(<[u8]>::to_vec),
            _ => None,
        }
    }
}

fn sort(ctx: &mut Context<'_>, key: &[u8], request: &Request<'_>) -> Outcome {
    let is_script = matches!(ctx.occasion, Occasion::Script { .. });
    let keys = ctx.keys();
    let mut elements = elements(keys, key)?;
    // What a script or a key gets must not depend on the order of a hash table.
    let is_set = matches!(keys.get(key), Some(Value::Set(_)));
    let must_be_sorted = is_set && (request.destination.is_some() || is_script);
    if !request.is_unsorted {
        let criterion = if request.is_alphabetic { Criterion::Text } else { Criterion::Number };
        elements = sorted(keys, elements, request, request.by, criterion)?;
    } else if must_be_sorted {
        elements = sorted(keys, elements, request, None, Criterion::Text)?;
    } else if request.is_descending && !is_set {
        elements.reverse();
    }
    let places = request.places(elements.len());
    Ok(answer(keys, &elements[places], request))
}

/// All elements, in the order that the value has by itself.
fn elements(keys: &mut Keyspace, key: &[u8]) -> Result<Vec<Vec<u8>>, ErrorReply> {
    if let Ok(Some(set)) = keys.find_mut::<SortedSet>(key) {
        // As on the server, where SCAN shows it.
        set.unpack();
    }
    match keys.get(key) {
        None => Ok(Vec::new()),
        Some(Value::List(list)) => Ok(list.iter().map(<[u8]>::to_vec).collect()),
        Some(Value::Set(set)) => Ok(set.iter().map(|member| member.to_vec()).collect()),
        Some(Value::SortedSet(set)) => Ok(set.iter().map(|(member, _)| member.to_vec()).collect()),
        Some(Value::String(_) | Value::Hash(_)) => Err(ErrorReply::WRONG_TYPE),
    }
}

/// What the order goes by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Criterion {
    Number,
    Text,
}

/// What decides on the place of an element.
enum Weight {
    Number(f64),
    /// What the pattern has found; nothing comes before everything.
    Text(Option<Vec<u8>>),
    /// The element itself, as text.
    Element,
}

fn sorted(
    keys: &mut Keyspace,
    elements: Vec<Vec<u8>>,
    request: &Request<'_>,
    by: Option<Pattern<'_>>,
    criterion: Criterion,
) -> Result<Vec<Vec<u8>>, ErrorReply> {
    let mut weighed = Vec::with_capacity(elements.len());
    for element in elements {
        weighed.push((weight(keys, &element, by, criterion)?, element));
    }
    let is_stored = request.destination.is_some();
    weighed.sort_by(|left, right| {
        let ordering = compare(left, right, is_stored);
        if request.is_descending { ordering.reverse() } else { ordering }
    });
    Ok(weighed.into_iter().map(|(_, element)| element).collect())
}

fn weight(
    keys: &mut Keyspace,
    element: &[u8],
    by: Option<Pattern<'_>>,
    criterion: Criterion,
) -> Result<Weight, ErrorReply> {
    const NO_NUMBER: ErrorReply = ErrorReply::fixed("ERR One or more scores can't be converted into double");
    let found = by.map(|pattern| pattern.look_up(keys, element));
    match (criterion, found) {
        (Criterion::Text, None) => Ok(Weight::Element),
        (Criterion::Text, Some(found)) => Ok(Weight::Text(found)),
        (Criterion::Number, Some(None)) => Ok(Weight::Number(0.0)),
        (Criterion::Number, Some(Some(found))) => parse_weight(&found).map(Weight::Number).ok_or(NO_NUMBER),
        (Criterion::Number, None) => parse_weight(element).map(Weight::Number).ok_or(NO_NUMBER),
    }
}

/// Elements of the same number are in the order of their bytes. Texts end at a NUL, unless the result is stored.
fn compare(left: &(Weight, Vec<u8>), right: &(Weight, Vec<u8>), is_stored: bool) -> Ordering {
    let texts = |left: &[u8], right: &[u8]| {
        if is_stored { left.cmp(right) } else { c_string(left).cmp(c_string(right)) }
    };
    match (&left.0, &right.0) {
        (Weight::Number(first), Weight::Number(second)) => {
            first.partial_cmp(second).unwrap_or(Ordering::Equal).then_with(|| left.1.cmp(&right.1))
        }
        (Weight::Text(Some(first)), Weight::Text(Some(second))) => texts(first, second),
        (Weight::Text(first), Weight::Text(second)) => first.is_some().cmp(&second.is_some()),
        _ => texts(&left.1, &right.1),
    }
}

/// Sends the elements, or what there is to get for them; or stores it as a list and tells its length.
fn answer(keys: &mut Keyspace, elements: &[Vec<u8>], request: &Request<'_>) -> Reply {
    let itself = [Pattern::Element];
    let gets = if request.gets.is_empty() { &itself[..] } else { &request.gets };
    let mut found = Vec::with_capacity(elements.len() * gets.len());
    for element in elements {
        found.extend(gets.iter().map(|pattern| pattern.look_up(keys, element)));
    }
    let Some(destination) = request.destination else {
        return Reply::Array(found.into_iter().map(|item| item.map_or(Reply::Nil, Reply::Bulk)).collect());
    };
    let mut list = List::default();
    for item in &found {
        list.push(End::Right, item.as_deref().unwrap_or_default());
    }
    if list.is_empty() {
        keys.remove(destination);
    } else {
        keys.set(destination, Value::List(Box::new(list)));
    }
    Reply::count(found.len())
}
