import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Access } from "@roundlot/api"
import { Effect, type Layer } from "effect"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, extname, join, relative } from "node:path"

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2"
}

const codings = [
  ["br", ".br"],
  ["gzip", ".gz"]
] as const

/** A file of the dashboard, with its compressed forms, by coding. */
interface Asset {
  readonly type: string
  readonly bytes: Uint8Array
  readonly coded: ReadonlyMap<string, Uint8Array>
  /** Its name changes with its contents. */
  readonly isHashed: boolean
}

/** Where the built dashboard stands; nothing where it was not built. */
export const builtFiles = (): string | undefined => {
  const home = dirname(createRequire(import.meta.url).resolve("@roundlot/dashboard/package.json"))
  const built = join(home, "dist")
  return existsSync(join(built, "index.html")) ? built : undefined
}

const read = (built: string): ReadonlyMap<`/${string}`, Asset> => {
  const assets = new Map<`/${string}`, Asset>()
  for (const entry of readdirSync(built, { recursive: true, withFileTypes: true })) {
    const type = types[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const file = join(entry.parentPath, entry.name)
    const path = `/${relative(built, file).replaceAll("\\", "/")}` as const
    const coded = codings.flatMap(([coding, suffix]) =>
      existsSync(`${file}${suffix}`) ? [[coding, new Uint8Array(readFileSync(`${file}${suffix}`))] as const] : []
    )
    const bytes = new Uint8Array(readFileSync(file))
    assets.set(path, { type, bytes, coded: new Map(coded), isHashed: path.startsWith("/assets/") })
  }
  return assets
}

const answer = (asset: Asset) =>
  Effect.map(HttpServerRequest.HttpServerRequest, ({ headers }) => {
    const accepted = (headers["accept-encoding"] ?? "").split(",").map((each) => each.split(";")[0]?.trim())
    const coding = codings.find(([name]) => accepted.includes(name) && asset.coded.has(name))?.[0]
    const bytes = coding === undefined ? asset.bytes : (asset.coded.get(coding) ?? asset.bytes)
    return HttpServerResponse.uint8Array(bytes, {
      contentType: asset.type,
      headers: {
        "cache-control": asset.isHashed ? "public, max-age=31536000, immutable" : "no-cache",
        vary: "accept-encoding",
        ...(coding === undefined ? {} : { "content-encoding": coding })
      }
    })
  })

/** A page of the guides is asked for without its ending. */
const addressOf = (path: `/${string}`): `/${string}` =>
  path.startsWith("/docs/") ? `/${path.slice(1).replace(/(?:\/index)?\.html$/, "")}` : path

const NOT_BUILT =
  "The dashboard was not built here: 'npm start' builds it. The API is at /api/v1, its description at /docs/api.\n"

/** The dashboard at `/`, its files, the guides at `/docs`, and its page for every address of a screen. It holds no figure: who looks is asked by the API. */
export const layer: Layer.Layer<never> = HttpApiBuilder.Router.use((router) =>
  Effect.gen(function* () {
    const built = builtFiles()
    const assets = built === undefined ? new Map<`/${string}`, Asset>() : read(built)
    const index = assets.get("/index.html")
    const page = index === undefined ? HttpServerResponse.text(NOT_BUILT, { status: 404 }) : answer(index)
    yield* router.get("/", page)
    for (const screen of [...Access.SCREENS, "sign-in"] as const) {
      yield* router.get(`/${screen}`, page)
      yield* router.get(`/${screen}/*`, page)
    }
    for (const [path, asset] of assets) if (path !== "/index.html") yield* router.get(addressOf(path), answer(asset))
  })
)
