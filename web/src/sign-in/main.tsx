import { render } from "preact";
import "../page.css";
import "./sign-in.css";
import { backTo, reasonOf } from "../lib/back.ts";
import { registerFonts } from "../lib/fonts.ts";
import { lang } from "../lib/i18n.ts";
import { SignIn } from "./SignIn.tsx";

const asked = new URLSearchParams(location.search).get("lang");
lang.value = (asked ?? navigator.language).startsWith("zh") ? "zh" : "en";

registerFonts();
const root = document.getElementById("sign-in");
const go = () => location.replace(backTo(location.search, location.origin));
if (root) render(<SignIn why={reasonOf(location.search)} onDone={go} />, root);
