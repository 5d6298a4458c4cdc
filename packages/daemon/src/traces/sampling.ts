import { Cause, Exit, Option, Predicate, Tracer } from "effect"

/** What of a span leaves the program: ids of ours and how a call went. Addresses, headers and queries may have secrets in them. */
const SHOWN = /^(?:roundlot\..+|http\.(?:request\.method|route|response\.status_code)|server\.(?:address|port))$/

const reasonIn = (cause: Cause.Cause<unknown>): string => {
  const failure = Option.getOrUndefined(Cause.failureOption(cause))
  return Predicate.hasProperty(failure, "_tag") && typeof failure._tag === "string" ? failure._tag : "failed"
}

/** A failure as its kind: what is said in it may be of an address or an answer. */
const bare = (exit: Exit.Exit<unknown, unknown>): Exit.Exit<unknown, unknown> =>
  Exit.isSuccess(exit) || Cause.isInterruptedOnly(exit.cause) ? exit : Exit.fail(reasonIn(exit.cause))

/** A span of which only what is shown is kept; log lines go their own way. */
const sealed = (span: Tracer.Span): Tracer.Span => {
  const attribute = span.attribute.bind(span)
  const end = span.end.bind(span)
  return Object.assign(span, {
    attribute: (key: string, value: unknown) => (SHOWN.test(key) ? attribute(key, value) : undefined),
    event: () => undefined,
    end: (at: bigint, exit: Exit.Exit<unknown, unknown>) => end(at, bare(exit))
  })
}

/** A call that only looks, which a browser or Prometheus makes all day. */
const ONLY_LOOKS = /^http\.server (?:GET|HEAD|OPTIONS)$/

/**
 * Exports what belongs to a trace that is sampled: of an order or a decision, of a caller who sent his `traceparent`, or of a call that
 * changes something. What the program does by itself, again and again, is not exported.
 */
export const parentBased = (exporting: Tracer.Tracer, quiet: Tracer.Tracer): Tracer.Tracer =>
  Tracer.make({
    context: (f, fiber) => exporting.context(f, fiber),
    span: (name, parent, context, links, startTime, kind, options) => {
      const isSampled = Option.match(parent, {
        onSome: ({ sampled }) => sampled,
        onNone: () => kind === "server" && !ONLY_LOOKS.test(name)
      })
      return isSampled
        ? sealed(exporting.span(name, parent, context, links, startTime, kind, options))
        : Object.assign(quiet.span(name, parent, context, links, startTime, kind, options), { sampled: false })
    }
  })
