import { Schema } from "effect"

/** The server cannot be reached, or does not answer. */
export class NatsUnavailable extends Schema.TaggedError<NatsUnavailable>()("NatsUnavailable", {
  detail: Schema.String
}) {
  override get message() {
    return `the stream cannot be read (${this.detail})`
  }
}

/** A stream that lets a message go once it was delivered: reading it would take it from the stream, or from others. */
export class UnfitStream extends Schema.TaggedError<UnfitStream>()("UnfitStream", {
  stream: Schema.String,
  retention: Schema.String
}) {
  override get message() {
    return (
      `${this.stream} keeps a message only until it was delivered (retention "${this.retention}"): after a crash it could not be read again. ` +
      'Make it of retention "limits", or a mirror of it, and name that'
    )
  }
}

/** What was taken in came from another stream, or from one of this name that is gone. */
export class AnotherStream extends Schema.TaggedError<AnotherStream>()("AnotherStream", {
  found: Schema.String,
  taken: Schema.String
}) {
  override get message() {
    return (
      `the stream is ${this.found}, and the trades until now came from ${this.taken}. Where it has the same messages, ` +
      `set "accept": "${this.found}": it is read from its beginning, known ids are duplicates. Name other trades as another source`
    )
  }
}

/** Messages are gone that were not read: the stream let them go, or somebody deleted them. */
export class MessagesMissing extends Schema.TaggedError<MessagesMissing>()("MessagesMissing", {
  stream: Schema.String,
  from: Schema.Number,
  next: Schema.Number
}) {
  override get message() {
    return (
      `${this.stream} has lost messages ${this.from} to ${this.next - 1} before they were read. Publish their trades again; ` +
      `to go on without them, set "from": ${this.next}`
    )
  }
}

/** The stream ends before what was read of it. */
export class StreamRewound extends Schema.TaggedError<StreamRewound>()("StreamRewound", {
  stream: Schema.String,
  taken: Schema.Number,
  last: Schema.Number
}) {
  override get message() {
    return (
      `${this.stream} ends at message ${this.last}, and was read up to ${this.taken}: it was restored from an old copy, or its server is ` +
      "behind. Retried until it has caught up; if it never does, configure it as another source"
    )
  }
}

/** The last message that was read is another one now: the stream has lost messages, and given their numbers out again. */
export class MessageChanged extends Schema.TaggedError<MessageChanged>()("MessageChanged", {
  place: Schema.String,
  seq: Schema.Number
}) {
  override get message() {
    return (
      `message ${this.seq} is another one than was read: the stream has lost messages, and given their numbers out again. ` +
      `Set "accept": "${this.place}" to read it from its beginning, where known ids are duplicates`
    )
  }
}

/** What was kept of how far the source was read is not of a stream. */
export class UnknownCursor extends Schema.TaggedError<UnknownCursor>()("UnknownCursor", { cursor: Schema.String }) {
  override get message() {
    return `the trades until now came by another way, up to ${this.cursor}. Name the stream as another source`
  }
}

/** What a stream can fail with. Each is asked again by who follows it, and is over once its cause is. */
export type NatsError =
  | NatsUnavailable
  | AnotherStream
  | MessageChanged
  | MessagesMissing
  | StreamRewound
  | UnfitStream
  | UnknownCursor
