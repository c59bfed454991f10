//! Long work on a thread of its own, which ends when nobody waits for it any more: dropping a future does not stop a thread.

use crate::error::{Result, StoreError};
use std::io;
use std::sync::{Arc, Weak};

/// Whether somebody still waits.
#[derive(Clone)]
pub(crate) struct Waited(Weak<()>);

impl Waited {
    /// An error once nobody does; it reaches no person.
    pub fn check(&self) -> io::Result<()> {
        if self.0.strong_count() > 0 { Ok(()) } else { Err(io::Error::other("nobody waits for it any more")) }
    }
}

/// Does work that asks [`Waited::check`] between its pieces.
pub(crate) async fn while_waited<T: Send + 'static>(
    work: impl FnOnce(&Waited) -> Result<T> + Send + 'static,
) -> Result<T> {
    let waits = Arc::new(());
    let waited = Waited(Arc::downgrade(&waits));
    let done = tokio::task::spawn_blocking(move || work(&waited)).await;
    drop(waits);
    done.map_err(|error| StoreError::Refused(error.to_string()))?
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    /// As when somebody waits until the end.
    pub(crate) fn always() -> Waited {
        let waits = Box::leak(Box::new(Arc::new(())));
        Waited(Arc::downgrade(waits))
    }

    /// As when everybody has gone.
    pub(crate) fn never() -> Waited {
        Waited(Weak::new())
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_ends() {
        let (say, said) = mpsc::channel();
        let work = while_waited(move |waited| {
            while waited.check().is_ok() {
                std::thread::sleep(Duration::from_millis(1));
            }
            say.send(()).unwrap();
            Ok(())
        });
        tokio::time::timeout(Duration::from_millis(20), work).await.unwrap_err();
        said.recv_timeout(Duration::from_secs(10)).expect("it ends by itself");
    }

    #[tokio::test]
    async fn work_that_is_waited_for_is_done() {
        let done = while_waited(|waited| {
            std::thread::sleep(Duration::from_millis(20));
            waited.check()?;
            Ok(7)
        });
        assert_eq!(done.await.unwrap(), 7, "somebody waits until the end");
    }
}
