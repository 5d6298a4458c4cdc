import { get } from "node:https"
import { program, running } from "./roundlot.ts"

/** The address that a login asks its user to open. */
export const addressIn = (text: string): string => /^http\S+oauth\/authorize\S+$/m.exec(text)?.[0] ?? ""

/** What a browser of somebody who accepts any certificate is answered: the status, and where it is sent. */
export const visited = (address: string): Promise<{ readonly status: number; readonly location: string }> =>
  new Promise((resolve, reject) => {
    get(address, { rejectUnauthorized: false, agent: false }, (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? "" })
    }).on("error", reject)
  })

/** Where the browser ends up that follows the address: the login is granted at once. */
export const cameBackTo = async (address: string): Promise<string> => (await visited(address)).location

/** A person who logs in: opens the address that is printed, and pastes the one that he comes back to, or something else. */
export const logIn = async (words: ReadonlyArray<string>, paste: (address: string) => Promise<string>) => {
  const login = running(program("main", words))
  await login.says(/authorize\S+\n/)
  login.tell(`${await paste(addressIn(login.said()))}\n`)
  return login.ended
}
