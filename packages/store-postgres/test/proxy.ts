import { connect, createServer, type Socket } from "node:net"
import { Effect } from "effect"

/** What happens to the next COMMIT: it never comes to the server, its answer never comes back, or all goes well. */
export type Fault = "none" | "before" | "after"

/** A proxy before a server that cuts connections at a COMMIT when it is told to. */
export const proxy = (url: string) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly next: (fault: Fault) => void; readonly close: () => void }>(
      (resume) => {
        const { hostname, port } = new URL(url)
        const open = new Set<Socket>()
        let fault: Fault = "none"
        const server = createServer((client) => {
          const upstream = connect(Number(port), hostname)
          const cut = () => {
            client.destroy()
            upstream.destroy()
          }
          let isCutting = false
          for (const socket of [client, upstream]) {
            open.add(socket)
            socket.on("error", cut)
            socket.on("close", cut)
          }
          client.on("data", (bytes) => {
            const asked = bytes.includes("COMMIT") ? fault : "none"
            if (asked !== "none") fault = "none"
            if (asked === "before") return cut()
            isCutting ||= asked === "after"
            upstream.write(bytes)
          })
          upstream.on("data", (bytes) => {
            if (isCutting) cut()
            else client.write(bytes)
          })
        })
        const close = () => {
          server.close()
          for (const socket of open) socket.destroy()
        }
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const through = new URL(url)
          through.port = String(typeof address === "object" && address !== null ? address.port : 0)
          resume(Effect.succeed({ url: through.href, next: (wanted) => void (fault = wanted), close }))
        })
      }
    ),
    ({ close }) => Effect.sync(close)
  )
