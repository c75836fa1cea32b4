//! Which paths and names there are.

use super::*;

fn refused<T: std::fmt::Debug + Send + 'static>(query: redis_model::Query<T>) -> Error {
    // A store without a server: what is refused is not sent.
    query.run(&blocking::Store::embedded()).expect_err("it is refused")
}

#[track_caller]
fn assert_invalid(place: &TreePath, path: &str, why: &str) {
    let errors = [
        refused(place.get::<Value>()),
        refused(place.set(1)),
        refused(place.delete()),
        refused(place.add(1)),
        refused(place.children()),
        refused(place.ttl()),
        refused(place.lock().is_locked()),
        refused((place.exists(), Tree::at("t").path("fine").exists()).batch()),
    ];
    for error in errors {
        let Error::InvalidPath { path: given, reason } = &error else { panic!("{error:?}") };
        assert!(given == path && reason.contains(why), "{error}");
    }
}

#[test]
fn paths_with_empty_segments_are_refused() {
    let tree = Tree::at("t");
    for path in [".", "a.", ".a", "a..b", "a.b.", ".."] {
        assert_invalid(&tree.path(path), path, "empty segment");
        assert_invalid(&tree.path("x").child(path), &format!("x.{path}"), "empty segment");
    }
    assert_invalid(&tree.path(""), "", "it is empty");
    assert_invalid(&tree.path(["a", "", "b"]), "a..b", "empty segment");
    assert_invalid(&tree.path([] as [&str; 0]), "", "it is empty");
}

#[test]
fn a_flaw_stays_with_what_is_below() {
    let flawed = Tree::at("t").path("a..b").child("c");
    assert_invalid(&flawed, "a..b.c", "empty segment");
}

#[test]
fn a_segment_of_a_list_holds_no_dot() {
    let tree = Tree::at("t");
    assert_invalid(&tree.path(["a", "b.c"]), "a.b.c", "holds a dot");
    assert_invalid(&tree.path("x").child(vec!["b.c".to_owned()]), "x.b.c", "holds a dot");
}

#[test]
fn paths_have_a_length_and_a_depth() {
    let tree = Tree::at("t");
    let deep = |segments: usize| vec!["a"; segments];
    assert_invalid(&tree.path(deep(65)), &deep(65).join("."), "64 segments");
    assert_invalid(&tree.path(deep(60)).child(deep(5)), &deep(65).join("."), "64 segments");
    let long = "a".repeat(1025);
    assert_invalid(&tree.path(&long), &long, "1024 bytes");
    let half = "é".repeat(300);
    assert_invalid(&tree.path(&half).child(&half), &format!("{half}.{half}"), "1024 bytes");
}

#[test]
fn a_tree_without_a_name_is_the_root_and_not_the_empty_name() {
    for error in [refused(Tree::at("").exists()), refused(Tree::at("").path("a").set(1))] {
        assert!(matches!(error, Error::InvalidKey { .. }), "{error:?}");
    }
    assert_eq!(Tree::root().key().to_string(), "{.}@tree");
    assert_ne!(Tree::at(".").key(), Tree::root().key());
}

on_every_backend! {
    fn the_deepest_and_the_longest_path_can_be_used(backend) {
        let tree = Tree::at("deep");
        for path in [vec!["a"; 64].join("."), "b".repeat(1024)] {
            let it = tree.path(&path);
            backend.run(it.set(1)).unwrap();
            assert_eq!(backend.run(it.add(1)).unwrap(), 2);
            let guard = backend.wait(it.lock().acquire(&backend.store)).unwrap();
            backend.wait(guard.run(it.set(3))).unwrap();
        }
        assert_eq!(backend.run(tree.len()).unwrap(), 2);
        assert!(value(backend, &tree).is_some());
    }

    fn any_text_is_a_segment_and_a_name(backend) {
        let names = [" ", "*", "[a-z]", "a/b", "a-b", "{x}", "}", "\n\r\n", "\0", "é\u{1f600}", "%2E", "@", ":", "'\"\\"];
        let all: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), json!({*name: name}))).collect();
        for name in names {
            let tree = Tree::at(name);
            backend.run(tree.set(&all)).unwrap();
            assert_eq!(value(backend, &tree), Some(json!(all)));
            assert_eq!(backend.run(tree.path([name, name]).get::<String>()).unwrap().as_deref(), Some(name));
            assert_eq!(backend.run(tree.path(name).children()).unwrap(), [name]);
            assert_eq!(backend.run(tree.path(name).keys()).unwrap(), [format!("{name}.{name}")]);
        }
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 2 * i64::try_from(names.len()).unwrap());
    }

    fn trees_share_nothing(backend) {
        let (one, other, root) = (Tree::at("one"), Tree::at("one.two"), Tree::root());
        backend.run(one.path("two.x").set(1)).unwrap();
        backend.run(other.path("x").set(2)).unwrap();
        backend.run(root.path("one.two.x").set(3)).unwrap();
        let x = |tree: &Tree, path: &str| backend.run(tree.path(path).get::<i64>()).unwrap();
        assert_eq!((x(&one, "two.x"), x(&other, "x"), x(&root, "one.two.x")), (Some(1), Some(2), Some(3)));
        assert_eq!(backend.run(root.clear()).unwrap(), 1);
        assert_eq!((x(&one, "two.x"), x(&other, "x"), x(&root, "one.two.x")), (Some(1), Some(2), None));
    }

    fn paths_that_begin_alike_are_not_below_each_other(backend) {
        let tree = Tree::at("alike");
        for path in ["a.b.c", "a.b-c", "a.bc", "a.b/c", "ab.c"] {
            backend.run(tree.path(path).set(path)).unwrap();
        }
        assert_eq!(backend.run(tree.path("a.b").keys()).unwrap(), ["a.b.c"]);
        assert_eq!(backend.run(tree.path("a").children()).unwrap(), ["b", "b-c", "b/c", "bc"]);
        assert_eq!(backend.run(tree.path("a.b").delete()).unwrap(), 1);
        assert_eq!(backend.run(tree.len()).unwrap(), 4);
    }
}
