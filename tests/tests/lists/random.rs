//! Random operations, against a plain vector.

use std::ops::Bound;

use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};

use super::*;

type Range = (Bound<i64>, Bound<i64>);

#[derive(Debug, Clone)]
enum Operation {
    Push(End, char),
    PushMany(End, Vec<char>),
    Pop(End),
    PopMany(End, u64),
    Set(i64, char),
    Insert(i64, char),
    /// Beside the pivot: after it if true.
    InsertBeside(bool, char, char),
    Remove(i64),
    Swap(i64, i64),
    Range(Range),
    Slice(Range, i64),
    Splice(Range, Vec<char>),
    Drain(Range),
    DrainSlice(Range, i64),
    SetSlice(Range, i64, Vec<char>),
    Trim(Range),
    Truncate(u64),
    Find(char, i64),
    RemoveValue(char, Occurrences),
    Rotate(End, u32),
    Reverse,
    Sort(SortOrder),
    MoveWithin(End, End),
    Replace(Vec<char>),
    Clear,
}

fn letter() -> impl Strategy<Value = char> + Clone {
    select(vec!['a', 'b', 'c', '\0', 'ä'])
}

fn letters() -> impl Strategy<Value = Vec<char>> + Clone {
    vec(letter(), 0..5)
}

fn index() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![20 => -12..12_i64, 1 => select(vec![i64::MIN, i64::MAX])]
}

fn bound() -> impl Strategy<Value = Bound<i64>> + Clone {
    prop_oneof![index().prop_map(Included), index().prop_map(Excluded), Just(Unbounded)]
}

fn range() -> impl Strategy<Value = Range> + Clone {
    (bound(), bound())
}

fn step() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![20 => select(vec![1, 2, 3, 7, -1, -2, -3]), 1 => select(vec![60, -60, i64::MIN, i64::MAX])]
}

fn end() -> impl Strategy<Value = End> + Clone {
    select(vec![End::Front, End::Back])
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation as O;
    let which = (0..4_u64, 0..3).prop_map(|(count, kind)| match kind {
        0 => Occurrences::All,
        1 => Occurrences::First(count),
        _ => Occurrences::Last(count),
    });
    let grow = prop_oneof![
        (end(), letter()).prop_map(|(end, letter)| O::Push(end, letter)),
        (end(), letters()).prop_map(|(end, letters)| O::PushMany(end, letters)),
        (index(), letter()).prop_map(|(index, letter)| O::Insert(index, letter)),
        (any::<bool>(), letter(), letter()).prop_map(|(after, pivot, letter)| O::InsertBeside(after, pivot, letter)),
        (range(), letters()).prop_map(|(range, letters)| O::Splice(range, letters)),
        letters().prop_map(O::Replace),
    ];
    let shrink = prop_oneof![
        end().prop_map(O::Pop),
        (end(), 0..4_u64).prop_map(|(end, count)| O::PopMany(end, count)),
        index().prop_map(O::Remove),
        range().prop_map(O::Drain),
        (range(), step()).prop_map(|(range, step)| O::DrainSlice(range, step)),
        range().prop_map(O::Trim),
        (0..9_u64).prop_map(O::Truncate),
        (letter(), which).prop_map(|(letter, which)| O::RemoveValue(letter, which)),
        Just(O::Clear),
    ];
    let orders = vec![SortOrder::Bytes, SortOrder::BytesDescending];
    let other = prop_oneof![
        (index(), letter()).prop_map(|(index, letter)| O::Set(index, letter)),
        (index(), index()).prop_map(|(one, other)| O::Swap(one, other)),
        range().prop_map(O::Range),
        (range(), step()).prop_map(|(range, step)| O::Slice(range, step)),
        (range(), step(), letters()).prop_map(|(range, step, letters)| O::SetSlice(range, step, letters)),
        (letter(), select(vec![-2, -1, 1, 2, 3])).prop_map(|(letter, rank)| O::Find(letter, rank)),
        (end(), 0..30_u32).prop_map(|(end, count)| O::Rotate(end, count)),
        Just(O::Reverse),
        select(orders).prop_map(O::Sort),
        (end(), end()).prop_map(|(from, to)| O::MoveWithin(from, to)),
    ];
    prop_oneof![4 => grow, 2 => shrink, 3 => other]
}

/// What the list in Redis should hold, and its limit.
struct Model {
    letters: VecDeque<char>,
    limit: usize,
}

impl Model {
    fn len(&self) -> i64 {
        i64::try_from(self.letters.len()).unwrap()
    }

    /// The place that an index names, which may be beyond an end.
    fn absolute(&self, index: i64) -> i128 {
        i128::from(if index < 0 { index.saturating_add(self.len()) } else { index })
    }

    fn place(&self, index: i64) -> Option<usize> {
        usize::try_from(self.absolute(index)).ok().filter(|place| *place < self.letters.len())
    }

    fn clamp(&self, place: i128) -> usize {
        usize::try_from(place.clamp(0, i128::from(self.len()))).unwrap()
    }

    /// From which place to before which.
    fn span(&self, (start, end): Range) -> std::ops::Range<usize> {
        let from = match start {
            Included(index) => self.absolute(index),
            Excluded(index) => self.absolute(index) + 1,
            Unbounded => 0,
        };
        let to = match end {
            Included(index) => self.absolute(index) + 1,
            Excluded(index) => self.absolute(index),
            Unbounded => i128::MAX,
        };
        let from = self.clamp(from);
        from..self.clamp(to).max(from)
    }

    /// The places of a slice: those between the bounds in the direction of the step, and of these every so many.
    fn picks(&self, (start, end): Range, step: i64) -> Vec<usize> {
        let forwards = step > 0;
        let is_before = |one: i128, other: i128| if forwards { one < other } else { one > other };
        let is_behind_start = |place: i128| match start {
            Included(index) => !is_before(place, self.absolute(index)),
            Excluded(index) => is_before(self.absolute(index), place),
            Unbounded => true,
        };
        let is_before_end = |place: i128| match end {
            Included(index) => !is_before(self.absolute(index), place),
            Excluded(index) => is_before(place, self.absolute(index)),
            Unbounded => true,
        };
        let mut places: Vec<usize> = (0..self.letters.len()).collect();
        if !forwards {
            places.reverse();
        }
        let between =
            places.into_iter().filter(|place| is_behind_start(*place as i128) && is_before_end(*place as i128));
        between.step_by(usize::try_from(step.unsigned_abs()).unwrap()).collect()
    }

    fn push(&mut self, end: End, letter: char) {
        match end {
            End::Front => self.letters.push_front(letter),
            End::Back => self.letters.push_back(letter),
        }
    }

    fn pop(&mut self, end: End) -> Option<char> {
        match end {
            End::Front => self.letters.pop_front(),
            End::Back => self.letters.pop_back(),
        }
    }

    fn push_all(&mut self, end: End, letters: &[char]) -> u64 {
        for letter in letters {
            self.push(end, *letter);
        }
        while !letters.is_empty() && self.letters.len() > self.limit {
            self.pop(if end == End::Front { End::Back } else { End::Front });
        }
        self.letters.len() as u64
    }

    /// Puts letters in the place of others, if the limit lets it.
    fn splice(&mut self, span: std::ops::Range<usize>, letters: &[char]) -> Option<Vec<char>> {
        let grown = self.letters.len() - span.len() + letters.len();
        if grown > self.letters.len() && grown > self.limit {
            return None;
        }
        let mut plain: Vec<char> = self.letters.drain(..).collect();
        let removed = plain.splice(span, letters.iter().copied()).collect();
        self.letters = plain.into();
        Some(removed)
    }

    fn drain_slice(&mut self, places: &[usize]) -> Vec<char> {
        let removed = places.iter().map(|place| self.letters[*place]).collect();
        let kept = self.letters.iter().enumerate().filter(|(place, _)| !places.contains(place));
        self.letters = kept.map(|(_, letter)| *letter).collect();
        removed
    }

    fn remove_value(&mut self, letter: char, which: Occurrences) -> u64 {
        let mut found: Vec<usize> = (0..self.letters.len()).filter(|place| self.letters[*place] == letter).collect();
        match which {
            Occurrences::All => {}
            Occurrences::First(count) => found.truncate(usize::try_from(count).unwrap()),
            Occurrences::Last(count) => {
                found.reverse();
                found.truncate(usize::try_from(count).unwrap());
            }
        }
        self.drain_slice(&found).len() as u64
    }

    fn sort(&mut self, order: SortOrder) {
        // The order of letters is that of their UTF-8.
        self.letters.make_contiguous().sort_unstable();
        if order == SortOrder::BytesDescending {
            self.letters.make_contiguous().reverse();
        }
    }
}

/// The answer, or `None` where the list was full.
fn unless_full<T>(result: redis_model::Result<T>) -> Option<T> {
    match result {
        Err(Error::Full { .. }) => None,
        other => Some(other.unwrap()),
    }
}

/// Whether it was done, or there was no such element.
fn is_in_range(result: redis_model::Result<()>) -> bool {
    match result {
        Err(Error::IndexOutOfRange { .. }) => false,
        other => {
            other.unwrap();
            true
        }
    }
}

fn run<M: Wait>(backend: &Backend<M>, list: &List<char>, model: &mut Model, operation: Operation) {
    match operation {
        Operation::Push(..)
        | Operation::PushMany(..)
        | Operation::Pop(_)
        | Operation::PopMany(..)
        | Operation::MoveWithin(..)
        | Operation::Rotate(..) => at_the_ends(backend, list, model, operation),
        Operation::Range(range) => {
            let expected: Vec<char> = model.letters.range(model.span(range)).copied().collect();
            assert_eq!(backend.run(list.range(range)).unwrap(), expected);
        }
        Operation::Slice(range, step) => {
            let expected: Vec<char> = model.picks(range, step).into_iter().map(|place| model.letters[place]).collect();
            assert_eq!(backend.run(list.slice(range, step)).unwrap(), expected);
        }
        Operation::Splice(range, letters) => {
            let expected = model.splice(model.span(range), &letters);
            assert_eq!(unless_full(backend.run(list.splice(range, letters))), expected);
        }
        Operation::Drain(range) => {
            let expected = model.splice(model.span(range), &[]).unwrap();
            assert_eq!(backend.run(list.drain(range)).unwrap(), expected);
        }
        Operation::DrainSlice(range, step) => {
            let expected = model.drain_slice(&model.picks(range, step));
            assert_eq!(backend.run(list.drain_slice(range, step)).unwrap(), expected);
        }
        Operation::SetSlice(range, step, letters) => {
            let places = model.picks(range, step);
            let fits = places.len() == letters.len();
            assert_eq!(backend.run(list.set_slice(range, step, &letters)).unwrap(), fits);
            if fits {
                places.into_iter().zip(letters).for_each(|(place, letter)| model.letters[place] = letter);
            }
        }
        Operation::Trim(range) => {
            backend.run(list.trim_to(range)).unwrap();
            model.letters = model.letters.range(model.span(range)).copied().collect();
        }
        Operation::Truncate(length) => {
            backend.run(list.truncate(length)).unwrap();
            model.letters.truncate(usize::try_from(length).unwrap());
        }
        Operation::Sort(order) => {
            backend.run(list.sort(order)).unwrap();
            model.sort(order);
        }
        Operation::Reverse => {
            backend.run(list.reverse()).unwrap();
            model.letters.make_contiguous().reverse();
        }
        Operation::Replace(letters) => {
            backend.run(list.replace(&letters)).unwrap();
            model.letters = letters[letters.len().saturating_sub(model.limit)..].iter().copied().collect();
        }
        Operation::Clear => {
            assert_eq!(backend.run(list.clear()).unwrap(), !model.letters.is_empty());
            model.letters.clear();
        }
        other => at_an_index(backend, list, model, other),
    }
}

fn at_the_ends<M: Wait>(backend: &Backend<M>, list: &List<char>, model: &mut Model, operation: Operation) {
    match operation {
        Operation::Push(end, letter) => {
            let push = if end == End::Front { list.push_front(letter) } else { list.push_back(letter) };
            assert_eq!(backend.run(push).unwrap(), model.push_all(end, &[letter]));
        }
        Operation::PushMany(end, letters) => {
            let push = if end == End::Front { list.extend_front(&letters) } else { list.extend(&letters) };
            assert_eq!(backend.run(push).unwrap(), model.push_all(end, &letters));
        }
        Operation::Pop(end) => {
            let pop = if end == End::Front { list.pop_front() } else { list.pop_back() };
            assert_eq!(backend.run(pop).unwrap(), model.pop(end));
        }
        Operation::PopMany(end, count) => {
            let pop = if end == End::Front { list.pop_front_many(count) } else { list.pop_back_many(count) };
            let expected: Vec<char> = (0..count).map_while(|_| model.pop(end)).collect();
            assert_eq!(backend.run(pop).unwrap(), expected);
        }
        Operation::MoveWithin(from, to) => {
            let moved = if from == End::Front { list.move_front_to(list, to) } else { list.move_back_to(list, to) };
            let expected = model.pop(from);
            match expected {
                Some(letter) => _ = model.push_all(to, &[letter]),
                None => model.letters.truncate(model.limit),
            }
            assert_eq!(backend.run(moved).unwrap(), expected);
        }
        Operation::Rotate(end, count) => {
            let places = count as usize % model.letters.len().max(1);
            match end {
                End::Front => model.letters.rotate_left(places),
                End::Back => model.letters.rotate_right(places),
            }
            backend.run(if end == End::Front { list.rotate_left(count) } else { list.rotate_right(count) }).unwrap();
        }
        other => panic!("{other:?} is not at the ends"),
    }
}

fn at_an_index<M: Wait>(backend: &Backend<M>, list: &List<char>, model: &mut Model, operation: Operation) {
    match operation {
        Operation::Set(index, letter) => {
            let place = model.place(index);
            assert_eq!(is_in_range(backend.run(list.set(index, letter))), place.is_some());
            if let Some(place) = place {
                model.letters[place] = letter;
            }
        }
        Operation::Insert(index, letter) => {
            let place = model.clamp(model.absolute(index));
            let expected = model.splice(place..place, &[letter]).map(|_| model.letters.len() as u64);
            assert_eq!(unless_full(backend.run(list.insert(index, letter))), expected);
        }
        Operation::InsertBeside(after, pivot, letter) => {
            let insert = if after { list.insert_after(pivot, letter) } else { list.insert_before(pivot, letter) };
            let place = model.letters.iter().position(|other| *other == pivot).map(|place| place + usize::from(after));
            let expected = match place {
                None => Some(None),
                Some(place) => model.splice(place..place, &[letter]).map(|_| Some(model.letters.len() as u64)),
            };
            assert_eq!(unless_full(backend.run(insert)), expected);
        }
        Operation::Remove(index) => {
            let expected = model.place(index).and_then(|place| model.letters.remove(place));
            assert_eq!(backend.run(list.remove(index)).unwrap(), expected);
        }
        Operation::Swap(one, other) => {
            let places = model.place(one).zip(model.place(other));
            assert_eq!(is_in_range(backend.run(list.swap(one, other))), places.is_some());
            if let Some((one, other)) = places {
                model.letters.swap(one, other);
            }
        }
        Operation::Find(letter, rank) => {
            let all: Vec<u64> =
                (0..).zip(&model.letters).filter(|(_, other)| **other == letter).map(|(n, _)| n).collect();
            let count = i64::try_from(all.len()).unwrap();
            let nth = if rank > 0 { rank - 1 } else { count + rank };
            let expected = usize::try_from(nth).ok().and_then(|nth| all.get(nth)).copied();
            let found = (list.index_of_nth(letter, rank), list.indices_of(letter), list.contains(letter), list.len());
            let is_there = !all.is_empty();
            assert_eq!(backend.run(found.batch()).unwrap(), (expected, all, is_there, model.letters.len() as u64));
        }
        Operation::RemoveValue(letter, which) => {
            let expected = model.remove_value(letter, which);
            assert_eq!(backend.run(list.remove_value(letter, which)).unwrap(), expected);
        }
        other => panic!("{other:?} is at no index"),
    }
}

on_every_backend! {
    fn any_operations_do_what_they_do_to_a_plain_vector(backend) {
        let limits = select(vec![None, None, Some(0), Some(1), Some(5), Some(8)]);
        let cases = (limits, letters(), vec(operation(), 1..40));
        let mut runner = TestRunner::new(Config { cases: 100, failure_persistence: None, ..Config::default() });
        let outcome = runner.run(&cases, |(limit, first, operations)| {
            let list = List::at("random");
            backend.run(list.replace(&first)).unwrap();
            let list = limit.map_or(list.clone(), |limit| list.max_len(limit));
            let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
            let mut model = Model { letters: first.into(), limit };
            for operation in operations {
                run(backend, &list, &mut model, operation);
                assert_eq!(backend.run(list.collect::<VecDeque<_>>()).unwrap(), model.letters);
            }
            Ok(())
        });
        outcome.unwrap();
    }
}
