import { RoundlotApi } from "./Api.ts"

/** A path of the API and how it is called. */
interface Route {
  readonly path: RegExp
  readonly method: string
}

/** Every one there is. */
export const routes: ReadonlyArray<Route> = Object.values(RoundlotApi.groups).flatMap((group) =>
  Object.values(group.endpoints).map(({ method, path }): Route => ({
    method,
    path: new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`)
  }))
)

/** Can its escapes be read? */
export const isWellWritten = (path: string): boolean => {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
