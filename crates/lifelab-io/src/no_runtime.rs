//! What stands in the place of a tokio runtime in a build without one.

use std::future::Future;
use std::time::Duration;

use lifelab_core::Fault;

/// There is nothing to sleep in.
pub(crate) async fn sleep(_: Duration) -> Result<(), Fault> {
    Err(left_out())
}

/// There is nothing that could end the wait.
pub(crate) async fn timeout<F: Future>(_: Duration, _: F) -> Result<Option<F::Output>, Fault> {
    Err(left_out())
}

/// What to say of an asynchronous form that needs a runtime.
pub(crate) fn left_out() -> Fault {
    Fault::failed(
        "this build has no asynchronous I/O: call the blocking form, or turn on the feature `tokio` of \
         lifelab-io",
    )
}
