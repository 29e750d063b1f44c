/**
 * How the element looks: in the page's own fonts and colours, so in its light and dark.
 *
 * @module
 */

export const STYLE = `
:host { display: block; overflow-wrap: anywhere; }
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
section { margin: 0 0 2.5rem; }
section > div > :first-child { margin-top: 0; }
h2, h3, h4 { line-height: 1.25; margin: 1.5rem 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.4em; } h3 { font-size: 1.1em; } h4 { font-size: 1em; }
p { margin: .5rem 0; max-width: 65ch; }
ul, ol { margin: .5rem 0; padding: 0 0 0 1.25rem; }
ul.plain { list-style: none; padding: 0; }
ul.plain > li { border-top: 1px solid color-mix(in srgb, currentColor 18%, transparent); padding: .5rem 0; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
.row > .wide { flex: 1 1 12rem; min-width: 0; }
button, input, select { font: inherit; color: inherit; max-width: 100%; }
button, .file { background: transparent; border: 1px solid currentColor; border-radius: .4em; padding: .4em .8em; min-height: 2.75em; cursor: pointer; }
button:hover, .file:hover { background: color-mix(in srgb, currentColor 8%, transparent); }
button[aria-pressed=true] { background: color-mix(in srgb, currentColor 18%, transparent); font-weight: 600; }
button[aria-disabled=true] { opacity: .6; cursor: default; }
input:not([type=radio], [type=checkbox], [type=file]), select { background: transparent; border: 1px solid currentColor; border-radius: .4em; padding: .4em .6em; min-height: 2.75em; width: 100%; }
select option { color: CanvasText; background: Canvas; }
input[type=file] { width: 100%; min-height: 2.75em; }
:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
fieldset { border: 1px solid color-mix(in srgb, currentColor 30%, transparent); border-radius: .5em; margin: .75rem 0; padding: .5rem .9rem .9rem; min-width: 0; }
legend { font-weight: 600; padding: 0 .3em; }
label { display: block; margin: .5rem 0 .25rem; }
fieldset.yesno label { display: inline-flex; gap: .4em; align-items: center; margin-right: 1.25rem; min-height: 2.75em; }
input[type=radio] { width: 1.2em; height: 1.2em; margin: 0; accent-color: currentColor; }
details { margin: .25rem 0; }
summary { cursor: pointer; padding: .3em 0; min-height: 1.6em; }
time { opacity: .85; }
.say:not(:empty) { border-left: 4px solid currentColor; padding: .4rem .75rem; margin: .75rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1rem; margin: .75rem 0; }
dt { font-weight: 600; } dd { margin: 0; }
meter { width: 100%; height: 1em; }
.words { font-family: ui-monospace, monospace; letter-spacing: .05em; }
.code { background: #fff; border-radius: .4em; max-width: 28rem; padding: 0; }
.code svg { display: block; width: 100%; height: auto; }
video { width: 100%; max-width: 28rem; background: #000; border-radius: .4em; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
`;
