import { render } from "preact";
import "../page.css";
import "./sign-in.css";
import { backTo, inLang, langOf, reasonOf } from "../lib/back.ts";
import { registerFonts } from "../lib/fonts.ts";
import { lang } from "../lib/i18n.ts";
import { SignIn } from "./SignIn.tsx";

const { search } = location;
lang.value = langOf(search, navigator.language);

registerFonts();
const root = document.getElementById("sign-in");
/** The page that asked for this, in the language that was chosen here. */
const to = () => inLang(backTo(search), lang.value);
if (root) render(<SignIn why={reasonOf(search)} to={to} onDone={() => location.replace(to())} />, root);
