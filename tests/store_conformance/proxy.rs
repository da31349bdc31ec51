//! Between a program and its server: cuts the connection at the commit when it is told to.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The server never sees the commit.
    Before,
    /// The server has answered it, and the answer does not arrive.
    After,
}

#[derive(Default)]
struct Plan {
    next: Option<Cut>,
    /// Nobody gets through any more once it has cut.
    stays_away: bool,
    away: bool,
    /// Nothing is carried any more, and nobody is told.
    silent: bool,
    cuts: u32,
}

pub struct Proxy {
    pub port: u16,
    plan: Arc<Mutex<Plan>>,
}

impl Proxy {
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let plan = Arc::<Mutex<Plan>>::default();
        let ours = Arc::clone(&plan);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                if !ours.lock().away {
                    tokio::spawn(carry(client, server, Arc::clone(&ours)));
                }
            }
        });
        Self { port, plan }
    }

    pub fn cut_next(&self, cut: Cut) {
        self.plan.lock().next = Some(cut);
    }

    pub fn cut_and_stay_away(&self, cut: Cut) {
        let mut plan = self.plan.lock();
        (plan.next, plan.stays_away) = (Some(cut), true);
    }

    pub fn fall_silent(&self) {
        self.plan.lock().silent = true;
    }

    pub fn come_back(&self) {
        let mut plan = self.plan.lock();
        (plan.stays_away, plan.away) = (false, false);
    }

    pub fn cuts(&self) -> u32 {
        self.plan.lock().cuts
    }
}

async fn carry(mut client: TcpStream, server: u16, plan: Arc<Mutex<Plan>>) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
    let (mut there, mut back) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut there) => {
                let Ok(many @ 1..) = read else { return };
                until_heard(&plan).await;
                let commit = there[..many].windows(7).any(|bytes| bytes == b"COMMIT\0");
                match commit.then(|| take_cut(&plan)).flatten() {
                    Some(Cut::Before) => return,
                    Some(Cut::After) => {
                        server.write_all(&there[..many]).await.unwrap();
                        // The answer came as far as here.
                        let _ = server.read(&mut back).await;
                        return;
                    }
                    None if server.write_all(&there[..many]).await.is_err() => return,
                    None => {}
                }
            }
            read = server.read(&mut back) => {
                let Ok(many @ 1..) = read else { return };
                until_heard(&plan).await;
                if client.write_all(&back[..many]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// What is lost is never said to be.
async fn until_heard(plan: &Mutex<Plan>) {
    if plan.lock().silent {
        std::future::pending::<()>().await;
    }
}

fn take_cut(plan: &Mutex<Plan>) -> Option<Cut> {
    let mut plan = plan.lock();
    let cut = plan.next.take()?;
    plan.cuts += 1;
    plan.away = plan.stays_away;
    Some(cut)
}
