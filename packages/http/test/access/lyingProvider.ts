import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 })

/** A key that the provider does not publish. */
export const otherKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey

/** A token of these claims, signed by a key: that of the provider where none is said. */
export const signed = (claims: object, key: KeyObject = keys.privateKey): string => {
  const content = `${base64url({ alg: "RS256", kid: "k" })}.${base64url(claims)}`
  return `${content}.${sign("sha256", Buffer.from(content), key).toString("base64url")}`
}

/** A token that nobody has signed. */
export const unsigned = (claims: object): string => `${base64url({ alg: "none" })}.${base64url(claims)}.`

/** A token that is signed by a secret that client and provider share. */
export const signedBySecret = (claims: object, secret: string): string => {
  const content = `${base64url({ alg: "HS256" })}.${base64url(claims)}`
  return `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`
}

/** What a provider says of who signed in, as it should be. */
export type Claims = Readonly<Record<string, unknown>>

/** In what a provider differs from one that is honest. */
export interface Lie {
  /** What its answer to a code is, in place of a token of the claims. */
  readonly token?: (claims: Claims) => object
  readonly claims?: Claims
  readonly metadata?: object
  /** Answers in place of the provider, where it gives `true`. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean
}

const json = (response: ServerResponse, document: object) => {
  response.setHeader("content-type", "application/json")
  response.end(JSON.stringify(document))
}

/** A provider whose codes are the nonces of the sign-ins, and which lies as it is said. */
export const lyingProvider = async (clientId: string) => {
  let lie: Lie = {}
  const forms: Array<URLSearchParams> = []
  let issuer = ""
  const claimsFor = (code: string): Claims => {
    const now = Math.floor(Date.now() / 1000)
    const own = { iss: issuer, sub: "dana", aud: clientId, exp: now + 300, iat: now, nonce: code }
    return { ...own, name: "Dana", groups: ["operators"], ...lie.claims }
  }
  const tokenFor = (response: ServerResponse, form: URLSearchParams) => {
    forms.push(form)
    const claims = claimsFor(form.get("code") ?? "")
    json(response, {
      access_token: "planted-access-token",
      token_type: "Bearer",
      id_token: signed(claims),
      ...lie.token?.(claims)
    })
  }
  const server = createServer((request, response) => {
    if (lie.answer?.(request, response) === true) return
    if (request.url === "/.well-known/openid-configuration") {
      const endpoints = {
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`
      }
      return json(response, { issuer, ...endpoints, ...lie.metadata })
    }
    if (request.url === "/jwks")
      return json(response, {
        keys: [{ ...keys.publicKey.export({ format: "jwk" }), kid: "k", alg: "RS256", use: "sig" }]
      })
    let body = ""
    request.on("data", (part: Buffer) => (body += part.toString()))
    request.on("end", () => tokenFor(response, new URLSearchParams(body)))
    return undefined
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  issuer = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`
  return {
    issuer,
    /** What was asked with codes. */
    forms,
    /** Has it lie from now on as it is said, and in nothing else. */
    lies: (said: Lie) => void (lie = said),
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}
