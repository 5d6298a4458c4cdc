import { positions } from "../../../answers.ts"
import { books } from "../../books.ts"

/** What changes with every trade is asked for each time. */
export const dynamic = "force-dynamic"

/** `GET /positions` */
export const GET = async (): Promise<Response> => Response.json((await positions(await books())).body)
