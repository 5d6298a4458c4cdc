import { fillEvents } from "../../../answers.ts"
import { books } from "../../books.ts"

/** A stream has no end that a page could be made of. */
export const dynamic = "force-dynamic"

const encoder = new TextEncoder()

/** `GET /fills` */
export const GET = async (request: Request): Promise<Response> => {
  const after = request.headers.get("last-event-id") ?? undefined
  const events = fillEvents(await books(), after, request.signal)
  const body = new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await events.next()
      if (done === true) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    cancel: async () => void (await events.return(undefined))
  })
  return new Response(body, { headers: { "content-type": "text/event-stream" } })
}
