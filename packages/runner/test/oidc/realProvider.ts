// oxlint-disable-next-line typescript/triple-slash-reference -- the dashboard's tests stand on this file too, and see no other of its folder
/// <reference path="./oidc-provider.d.ts" />
import { Provider } from "oidc-provider"
import { createServer, type RequestListener } from "node:http"

/** The client that these tests' provider knows. */
export const client = { id: "roundlot", secret: "planted-secret-of-the-client" }

/** The people whom it knows, by the name that they sign in with. */
const groups: Readonly<Record<string, ReadonlyArray<string>>> = {
  dana: ["traders-ira", "staff"],
  boss: ["operators"],
  guest: ["staff"],
  nobody: []
}

const configurationFor = (redirectUri: string) => ({
  clients: [
    {
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code"],
      response_types: ["code"]
    }
  ],
  cookies: { keys: ["a key of these tests"] },
  claims: { openid: ["sub"], profile: ["name", "groups"] },
  findAccount: (_: unknown, id: string) => ({
    accountId: id,
    claims: () => ({ sub: id, name: `${id.toUpperCase()} of the desk`, groups: groups[id] ?? [] })
  })
})

/** A listener that is there once it is given. */
const withResolvers = () => {
  const resolvers: Array<(listener: RequestListener) => void> = []
  const promise = new Promise<RequestListener>((resolve) => resolvers.push(resolve))
  return { promise, resolve: (listener: RequestListener) => resolvers.forEach((resolve) => resolve(listener)) }
}

/** A provider that others wrote, on a free port of this machine. Until it knows its client, everybody waits. */
export const realProvider = async () => {
  const { promise: listening, resolve: open } = withResolvers()
  const server = createServer((request, response) => void listening.then((listener) => listener(request, response)))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`
  return {
    issuer,
    /** Serves a client that comes back there. */
    serve: (redirectUri: string) => open(new Provider(issuer, configurationFor(redirectUri)).callback()),
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}
