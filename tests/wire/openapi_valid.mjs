// Says whether what comes in on standard input is an OpenAPI document: nothing, or what is wrong with it.
import {Validator} from "@seriousme/openapi-schema-validator";
import {text} from "node:stream/consumers";

const validator = new Validator();
const {valid, errors} = await validator.validate(JSON.parse(await text(process.stdin)));
if (!valid) console.log(typeof errors === "string" ? errors : JSON.stringify(errors, null, 1));
else if (validator.version !== "3.1") console.log(`it is OpenAPI ${validator.version}`);
