use super::check;

#[test]
fn hyperloglog() {
    check(&[
        ("PFADD hll a b c d e f g", "1"),
        ("PFCOUNT hll", "7"),
        ("PFADD hll1 foo bar zap", "1"),
        ("PFADD hll1 zap zap zap", "0"),
        ("PFADD hll1 foo bar", "0"),
        ("PFCOUNT hll1", "3"),
        ("PFADD some-other-hll 1 2 3", "1"),
        ("PFCOUNT hll1 some-other-hll", "6"),
        ("PFADD hll2 a b c foo", "1"),
        ("PFMERGE hll3 hll1 hll2", "OK"),
        ("PFCOUNT hll3", "6"),
    ]);
}
