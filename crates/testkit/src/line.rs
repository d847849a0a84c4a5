use std::net::SocketAddr;

use chassis::lifecycle::Tasks;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The way to a server, which a test cuts and mends. Its own end stays open, so that its port stays its own: who
/// connects while it is cut is hung up on.
#[derive(Debug)]
pub struct Line {
    /// Where the near end listens.
    pub(crate) address: SocketAddr,
    is_cut: watch::Sender<bool>,
    tasks: Tasks,
}

impl Line {
    pub(crate) async fn lay(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Self {
            address: listener.local_addr().unwrap(),
            is_cut: watch::Sender::new(false),
            tasks: Tasks::default(),
        };
        let (is_cut, tasks) = (line.is_cut.clone(), line.tasks.clone());
        line.tasks.spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tasks.spawn(carry(near, server.clone(), is_cut.subscribe()));
            }
        });
        line
    }

    /// Ends every connection, and every new one at once.
    pub fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.is_cut.send_replace(false);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.tasks.kill();
    }
}

async fn carry(mut near: TcpStream, server: String, mut is_cut: watch::Receiver<bool>) {
    let carrying = async {
        // A server that refuses hangs up, as a cut line does.
        if let Ok(mut far) = TcpStream::connect(server).await {
            let _ended_by_either_side = copy_bidirectional(&mut near, &mut far).await;
        }
    };
    tokio::select! {
        biased;
        _ = is_cut.wait_for(|is_cut| *is_cut) => {}
        () = carrying => {}
    }
}
