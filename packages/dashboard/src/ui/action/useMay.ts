import { allows, type Role } from "@roundlot/api/client"
import { useCaller } from "../../api/overview.ts"

/** May whoever is signed in do what this role may, by it or by one that may more? As long as nobody is known, the daemon decides. */
export const useMay = (role: Role): boolean => {
  const { data: caller } = useCaller()
  return caller === undefined || allows(caller.role, role)
}
