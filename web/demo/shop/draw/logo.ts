import { icon } from "../pages/icon";

/** The shop's bird, for the browser's tab. */
export function logo(): string {
  return icon("petrel").text.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ').replace("currentColor", "#0e6f74");
}
