use futures_util::future::join_all;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_at_once_are_served_and_more_are_told_to_wait_in_plain_text() {
    // At the service's pace a command takes long enough for all of these to meet.
    let bench = Bench::with(Options { time_scale: 0.05, replication_milliseconds: 0, ..hurried() }).await;
    let body = envelope("Get-OrganizationConfig", json!({}));
    let answers = join_all((0..9).map(|_| bench.post("beta/{tenant}/InvokeCommand", &body))).await;
    let (mut served, mut waits) = (0, 0);
    for answer in answers {
        assert!(
            answer.headers().contains_key("rate-limit-remaining") && answer.headers().contains_key("rate-limit-reset")
        );
        match answer.status().as_u16() {
            200 => served += 1,
            429 => {
                waits += usize::from(answer.headers().contains_key("retry-after"));
                let text = answer.text().await.unwrap();
                assert_eq!(
                    text,
                    "You have reached the maximum number of concurrent requests per tenant. Please wait and try again"
                );
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!((served, waits), (3, 3), "of six that are refused, every other one is told for how long");
    assert_eq!(bench.post("beta/{tenant}/InvokeCommand", &body).await.status(), 200);
}
