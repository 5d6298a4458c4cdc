import { Sqlite } from "@roundlot/sqlite"
import { createServer } from "node:http"

/** Serves the same bytes from the same query with nothing in between: `FILE QUERY BODY`. */
const [file = "", query = "", body = ""] = process.argv.slice(2)
const db = Sqlite.open(file, { readOnly: true })
const statements = query.split(";").map((text) => db.prepare(text))
const bytes = Buffer.from(body, "base64")

const server = createServer((_, response) => {
  for (const statement of statements) statement.all()
  response.writeHead(200, { "content-type": "application/json", "content-length": bytes.length })
  response.end(bytes)
})
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (address !== null && typeof address === "object") console.log(`127.0.0.1:${address.port}`)
})
