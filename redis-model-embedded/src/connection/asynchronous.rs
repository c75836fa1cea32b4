use redis::{Cmd, Pipeline, RedisFuture, RedisResult, Value, aio::ConnectionLike};

use super::Connection;

impl Connection {
    async fn run_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        let started = self.start(cmd)?;
        self.finish(cmd, started).await
    }

    async fn run_pipeline(&mut self, pipeline: &Pipeline, offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        if pipeline.is_transaction() || pipeline.cmd_iter().any(Cmd::in_scan_mode) {
            return self.run_packed_pipeline(&pipeline.get_packed_pipeline(), offset, count).await;
        }
        let mut values = Vec::with_capacity(count);
        for cmd in pipeline.cmd_iter() {
            values.push(self.run_command(cmd).await?);
        }
        self.pick(values, offset, count)
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(self.run_command(cmd))
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(self.run_pipeline(pipeline, offset, count))
    }

    fn get_db(&self) -> i64 {
        self.session.database()
    }
}
