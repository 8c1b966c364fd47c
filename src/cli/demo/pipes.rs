//! The demo's pipes, by what they are for.

/// One of them. What it is called and where it lies is the system's business:
/// see [`super::local::Pipes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pipe {
    /// Clients open it, at the near gateway.
    Orders,
    /// The service listens on it, behind the far gateway.
    Service,
    /// The near gateway's admin server.
    NearAdmin,
    /// The far gateway's.
    FarAdmin,
}

impl Pipe {
    /// All that the gateways and the service make, and take with them.
    pub const ALL: [Self; 4] = [Self::Orders, Self::Service, Self::NearAdmin, Self::FarAdmin];

    /// What it is called where no other run can have it.
    pub const fn plain_name(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Service => "orders-service",
            Self::NearAdmin => "near-admin",
            Self::FarAdmin => "far-admin",
        }
    }
}
