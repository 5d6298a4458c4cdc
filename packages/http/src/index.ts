/** `boundedServer`: a server of Node's that bounds who connects. */
export * as boundedServer from "./boundedServer.ts"
/** `dashboard`: the operator's pages, where they are built. */
export * as dashboard from "./dashboard.ts"
/** `listening`: where to listen, as flags and a configuration say it, checked. */
export * as listening from "./listening.ts"
/** `longReads`: reads of earlier moments and of whole books, answered apart. */
export * as longReads from "./longReads.ts"
/** `Place`: where a daemon listens, and how it is reached. */
export * as Place from "./Place.ts"
/** `references`: pages that are made of definitions. */
export * as references from "./references.ts"
/** `routes`: the API with all of its routes, on any HTTP server. */
export * as routes from "./routes.ts"
/** `serving`: the same on a port. */
export * as serving from "./serving.ts"
/** `Settings`: what the API is served with. */
export * as Settings from "./Settings.ts"
/** `SignInLinks`: links that sign a browser in, once. */
export * as SignInLinks from "./SignInLinks.ts"
