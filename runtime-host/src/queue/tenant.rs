//! On whose behalf a task asks: so that one caller's flood is not everybody's.

use std::sync::Arc;

tokio::task_local! {
    static TENANT: Arc<str>;
}

/// Runs a future on behalf of a tenant.
pub async fn scope<F: Future>(tenant: Arc<str>, work: F) -> F::Output {
    TENANT.scope(tenant, work).await
}

/// The tenant of this task; all who name none are one.
pub(super) fn current() -> Arc<str> {
    TENANT.try_with(Arc::clone).unwrap_or_default()
}
