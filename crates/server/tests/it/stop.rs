use testkit::{Connection, Haas};

use crate::HAAS;

#[test]
fn a_stop_is_told_then_served_through_then_clean() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("haas.toml");
    std::fs::write(&config, "[server]\ndrain = \"10min\"\n").unwrap();
    let haas = Haas::serve(HAAS, folder.path(), &["--config", config.to_str().unwrap()]);
    let mut open_before = Connection::open(haas.public);
    haas.signal("TERM");
    while haas.ready().status == 200 {
        std::thread::yield_now();
    }
    assert_eq!(haas.ready().text(), "stopping\n");
    assert_eq!(haas.admin("/live").status, 200);
    // Still served, on old and new connections; each answer asks the client to leave.
    open_before.send("GET", "/nowhere", &[], b"");
    let answer = open_before.answer(false);
    assert_eq!(
        (answer.status.as_u16(), answer.header("connection")),
        (404, "close")
    );
    assert!(open_before.is_closed());
    assert_eq!(haas.get("/nowhere").header("connection"), "close");
    // The second signal ends it at once, in spite of ten minutes of drain.
    haas.signal("TERM");
    assert!(haas.wait().success());
}

#[test]
fn an_interrupt_stops_in_order_too() {
    let folder = tempfile::tempdir().unwrap();
    let haas = Haas::serve(HAAS, folder.path(), &[]);
    haas.signal("INT");
    assert!(haas.wait().success());
}

#[test]
fn an_idle_connection_does_not_hold_a_stop_up() {
    let folder = tempfile::tempdir().unwrap();
    let haas = Haas::serve(HAAS, folder.path(), &[]);
    let mut idle = Connection::open(haas.public);
    idle.send("GET", "/nowhere", &[], b"");
    assert_eq!(idle.answer(false).status, 404);
    assert!(haas.stop().success());
    assert!(idle.is_closed());
}
