use std::mem;

/// A node that reaches this length is split in two halves. Vectors grow to it by doubling.
const FULL: usize = 64;
/// A node shorter than this is joined with a neighbour.
const SPARSE: usize = FULL / 4;

/// A sequence of places that is searched, read, and changed at any rank in logarithmic time: a B+ tree that counts.
///
/// What the places stand for, and so their order, is known to the caller only.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    root: Node,
}

#[derive(Debug, Clone)]
enum Node {
    Leaf(Vec<u32>),
    Inner(Vec<Branch>),
}

/// A child, with what its parent must know to pass it by.
#[derive(Debug, Clone)]
struct Branch {
    /// The first place below.
    first: u32,
    /// How many places there are below.
    count: usize,
    node: Node,
}

impl Order {
    /// How many places come before the first for which `is_before` is false.
    pub(super) fn partition_point(&self, is_before: impl Fn(u32) -> bool) -> usize {
        let mut rank = 0;
        let mut node = &self.root;
        loop {
            match node {
                Node::Leaf(places) => return rank + places.partition_point(|place| is_before(*place)),
                Node::Inner(branches) => {
                    // The boundary lies in the last branch that begins before it.
                    let index = branches.partition_point(|branch| is_before(branch.first)).saturating_sub(1);
                    rank += branches[..index].iter().map(|branch| branch.count).sum::<usize>();
                    node = &branches[index].node;
                }
            }
        }
    }

    /// Inserts a place before the one that has this rank now.
    pub(super) fn insert(&mut self, rank: usize, place: u32) {
        if let Some(right) = self.root.insert(rank, place) {
            let left = Branch::new(mem::take(&mut self.root));
            self.root = Node::Inner(vec![left, right]);
        }
    }

    /// Removes the place of this rank, which is below the length.
    pub(super) fn remove(&mut self, rank: usize) -> u32 {
        let place = self.root.remove(rank);
        if let Node::Inner(branches) = &mut self.root
            && branches.len() == 1
        {
            self.root = branches.swap_remove(0).node;
        }
        place
    }

    /// Writes another place at this rank.
    pub(super) fn replace(&mut self, rank: usize, place: u32) {
        self.root.replace(rank, place);
    }

    /// The places of these ranks.
    pub(super) fn range(&self, ranks: std::ops::Range<usize>) -> Range<'_> {
        Range { order: self, ranks, leaf: &[] }
    }

    /// The places of one leaf, from this rank to the leaf's end.
    fn leaf_from(&self, mut rank: usize) -> &[u32] {
        let mut node = &self.root;
        loop {
            match node {
                Node::Leaf(places) => return places.get(rank..).unwrap_or_default(),
                Node::Inner(branches) => {
                    let index = locate(branches, &mut rank);
                    node = &branches[index].node;
                }
            }
        }
    }
}

impl FromIterator<u32> for Order {
    fn from_iter<I: IntoIterator<Item = u32>>(places: I) -> Self {
        let mut order = Self::default();
        for (rank, place) in places.into_iter().enumerate() {
            order.insert(rank, place);
        }
        order
    }
}

impl Default for Node {
    fn default() -> Self {
        Self::Leaf(Vec::new())
    }
}

impl Node {
    fn len(&self) -> usize {
        match self {
            Self::Leaf(places) => places.len(),
            Self::Inner(branches) => branches.len(),
        }
    }

    /// Inserts below this node, and gives its right half if it had to be split.
    fn insert(&mut self, mut rank: usize, place: u32) -> Option<Branch> {
        match self {
            Self::Leaf(places) => places.insert(rank, place),
            Self::Inner(branches) => {
                let index = locate(branches, &mut rank);
                let right = branches[index].node.insert(rank, place);
                branches[index].recount();
                if let Some(right) = right {
                    branches.insert(index + 1, right);
                }
            }
        }
        self.split_if_full()
    }

    fn remove(&mut self, mut rank: usize) -> u32 {
        match self {
            Self::Leaf(places) => places.remove(rank),
            Self::Inner(branches) => {
                let index = locate(branches, &mut rank);
                let place = branches[index].node.remove(rank);
                if branches[index].node.len() < SPARSE {
                    join(branches, index);
                } else {
                    branches[index].recount();
                }
                place
            }
        }
    }

    fn replace(&mut self, mut rank: usize, place: u32) {
        match self {
            Self::Leaf(places) => places[rank] = place,
            Self::Inner(branches) => {
                let index = locate(branches, &mut rank);
                branches[index].node.replace(rank, place);
                branches[index].recount();
            }
        }
    }

    fn split_if_full(&mut self) -> Option<Branch> {
        if self.len() < FULL {
            return None;
        }
        let middle = self.len() / 2;
        Some(Branch::new(match self {
            Self::Leaf(places) => Self::Leaf(places.split_off(middle)),
            Self::Inner(branches) => Self::Inner(branches.split_off(middle)),
        }))
    }

    fn append(&mut self, right: Self) {
        match (self, right) {
            (Self::Leaf(left), Self::Leaf(right)) => left.extend(right),
            (Self::Inner(left), Self::Inner(right)) => left.extend(right),
            _ => unreachable!("all leaves of the tree are equally deep"),
        }
    }
}

impl Branch {
    fn new(node: Node) -> Self {
        let mut branch = Self { first: 0, count: 0, node };
        branch.recount();
        branch
    }

    /// Brings what the parent knows up to date. Only a root is ever empty, and a root is no branch.
    fn recount(&mut self) {
        (self.first, self.count) = match &self.node {
            Node::Leaf(places) => (places[0], places.len()),
            Node::Inner(branches) => (branches[0].first, branches.iter().map(|branch| branch.count).sum()),
        };
    }
}

/// The branch that holds a rank, or the last one for the end; `rank` becomes the rank inside that branch.
fn locate(branches: &[Branch], rank: &mut usize) -> usize {
    for (index, branch) in branches.iter().enumerate() {
        if *rank < branch.count || index + 1 == branches.len() {
            return index;
        }
        *rank -= branch.count;
    }
    unreachable!("an inner node has branches")
}

/// Joins a branch that has become sparse with a neighbour, and splits both evenly if that is too much for one.
fn join(branches: &mut Vec<Branch>, index: usize) {
    let left = if index + 1 < branches.len() { index } else { index - 1 };
    let right = branches.remove(left + 1);
    branches[left].node.append(right.node);
    let right = branches[left].node.split_if_full();
    branches[left].recount();
    if let Some(right) = right {
        branches.insert(left + 1, right);
    }
}

/// See [`Order::range`].
#[derive(Debug, Clone)]
pub(super) struct Range<'a> {
    order: &'a Order,
    ranks: std::ops::Range<usize>,
    /// What is left of the leaf that the next place lies in.
    leaf: &'a [u32],
}

impl Iterator for Range<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let rank = self.ranks.next()?;
        if self.leaf.is_empty() {
            self.leaf = self.order.leaf_from(rank);
        }
        let (first, rest) = self.leaf.split_first()?;
        self.leaf = rest;
        Some(*first)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ranks.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Depth of the leaves; panics where a node breaks a rule of the tree.
    fn depth(node: &Node, is_root: bool) -> usize {
        assert!(node.len() < FULL && (is_root || node.len() >= SPARSE), "a node of length {}", node.len());
        let Node::Inner(branches) = node else { return 1 };
        assert!(branches.len() > 1);
        let depths: Vec<usize> = branches.iter().map(|branch| depth(&branch.node, false)).collect();
        for branch in branches {
            let mut fresh = branch.clone();
            fresh.recount();
            assert_eq!((branch.first, branch.count), (fresh.first, fresh.count));
        }
        assert!(depths.iter().all(|depth| *depth == depths[0]));
        depths[0] + 1
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_a_vector_and_a_balanced_tree(
            // Growing, mixed, and shrinking parts; each step is a kind and where it happens.
            steps in vec((0..10u8, any::<prop::sample::Index>()), 20_000),
        ) {
            let (mut order, mut model) = (Order::default(), Vec::new());
            for (number, (kind, at)) in steps.iter().enumerate() {
                let inserts = if number < 10_000 { 8 } else { 2 };
                let place = u32::try_from(number).expect("there are few steps");
                if model.is_empty() || *kind < inserts {
                    let rank = at.index(model.len() + 1);
                    order.insert(rank, place);
                    model.insert(rank, place);
                } else if *kind == 9 {
                    let rank = at.index(model.len());
                    order.replace(rank, place);
                    model[rank] = place;
                } else {
                    let rank = at.index(model.len());
                    prop_assert_eq!(order.remove(rank), model.remove(rank));
                }
                if number % 1_000 == 0 {
                    depth(&order.root, true);
                    prop_assert_eq!(order.range(0..model.len()).collect::<Vec<_>>(), &*model);
                }
            }
            prop_assert_eq!(order.range(0..model.len()).collect::<Vec<_>>(), model);
        }
    }

    #[test]
    fn a_million_places_are_four_levels_deep() {
        let order: Order = (0..1_000_000).collect();
        assert_eq!(depth(&order.root, true), 4);
        assert_eq!(order.partition_point(|place| place < 777_777), 777_777);
        assert_eq!(order.range(500_000..500_003).collect::<Vec<_>>(), [500_000, 500_001, 500_002]);
    }
}
