import { allows, type Role } from "@roundlot/api/client"
import { useCaller } from "../../api/overview.ts"

/** May the signed-in person do what this role may? While nobody is known, the daemon decides. */
export const useMay = (role: Role): boolean => {
  const { data: caller } = useCaller()
  return caller === undefined || allows(caller.role, role)
}
