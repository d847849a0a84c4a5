// The original server's kind: files by Express, a list in memory as JSON. Arguments: the folder, the port.
import { readFileSync } from "node:fs";
import express from "express";

const [root, port] = process.argv.slice(2);
const app = express();
for (const { path, content_type, file } of JSON.parse(readFileSync(`${root}/exact.json`, "utf8"))) {
  const text = readFileSync(`${root}/${file}`, "utf8");
  const value = content_type.startsWith("application/json") ? JSON.parse(text) : undefined;
  app.get(path, (_request, response) => {
    if (value === undefined) response.type(content_type).send(text);
    else response.json(value);
  });
}
app.use((request, response) => {
  response.sendFile(request.path, { root, maxAge: "1h" });
});
const server = app.listen(Number(port), "127.0.0.1");
// A player's connection outlives the pauses between its segments.
server.keepAliveTimeout = 300_000;
