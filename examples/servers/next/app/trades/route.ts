import { takeTrades } from "../../../answers.ts"
import { books } from "../../books.ts"

/** `POST /trades` */
export const POST = async (request: Request): Promise<Response> => {
  const { body, status } = await takeTrades(await books(), await request.json())
  return Response.json(body, { status })
}
