/** The look of a page: one style sheet, light and dark, on screens and on paper. Everything is named by what it means. */
export const style = `
:root{color-scheme:light dark;
--paper:#fbfaf7;--card:#fff;--ink:#1b1d22;--soft:#565b66;--faint:#6b707b;--line:#e3e0d8;--wash:#f3f1eb;--accent:#1f5fbf;
--critical:#8f1239;--high:#c2330d;--medium:#935f00;--low:#1a62a8;--info:#5a6270;--row:#b9bec8;
--good:#1d7a46;--warn:#935f00;--bad:#b42318;
--good-wash:#e9f5ee;--warn-wash:#fbf2dd;--bad-wash:#fcebe7;--covered:#cfe6d8;--unknown:#ecd9a8;--hatch:#b98a1d;
--sans:ui-sans-serif,system-ui,-apple-system,"Segoe UI","Noto Sans",Helvetica,Arial,sans-serif;
--mono:ui-monospace,"SF Mono","Cascadia Mono","JetBrains Mono",Menlo,Consolas,"DejaVu Sans Mono","Noto Sans Mono",monospace}
@media (prefers-color-scheme:dark){@media not print{:root{
--paper:#14161a;--card:#1b1e24;--ink:#e8e8e4;--soft:#b0b4bd;--faint:#979ca7;--line:#31353d;--wash:#22262d;--accent:#8db8ff;
--critical:#ff7d9c;--high:#ff8f6b;--medium:#e9b44c;--low:#7db7f5;--info:#aab1bd;--row:#4b515c;
--good:#63c98d;--warn:#e9b44c;--bad:#ff8f80;
--good-wash:#17291f;--warn-wash:#2c2515;--bad-wash:#321d1a;--covered:#24503a;--unknown:#4d3f1b;--hatch:#b98a1d}}}
*{box-sizing:border-box}
html{font:16px/1.55 var(--sans);background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;padding:2rem clamp(1rem,4vw,3rem) 4rem;max-width:76rem}
h1,h2,h3,h4{line-height:1.2;text-wrap:balance;margin:0}
p{margin:.35rem 0;max-width:72ch}
a{color:var(--accent);text-underline-offset:.15em}
bdi,td,dd,h1,h2,h3,h4,p,li{overflow-wrap:anywhere}
code,.mono{font-family:var(--mono);font-size:.86em}
.eyebrow{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;justify-content:space-between;color:var(--faint);font-size:.8125rem;letter-spacing:.02em;max-width:none}
.eyebrow b{color:var(--ink);letter-spacing:.08em;text-transform:uppercase;font-size:.75rem}
.verdict{margin:1rem 0 1.5rem;padding:1.5rem clamp(1rem,3vw,2rem);border-radius:14px;border:1px solid var(--line);border-inline-start:6px solid var(--tone);background:var(--tone-wash)}
.verdict h1{color:var(--tone);font-size:clamp(2rem,5vw,2.9rem);letter-spacing:-.02em;font-weight:750}
.verdict .why{font-size:1.15rem;margin:.4rem 0 0}
.v-clear{--tone:var(--good);--tone-wash:var(--good-wash)}
.v-inconclusive{--tone:var(--warn);--tone-wash:var(--warn-wash)}
.v-findings,.v-failed{--tone:var(--bad);--tone-wash:var(--bad-wash)}
.tally{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0 0;padding:0;list-style:none}
.tally li{display:flex;align-items:baseline;gap:.4rem;padding:.15rem .7rem;border-radius:99px;border:1px solid currentColor;font-size:.9rem;font-weight:600}
.tally b{font-size:1.05rem;font-variant-numeric:tabular-nums}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.25rem 2rem;margin:0 0 1.25rem}
.facts>div{border-top:1px solid var(--line);padding:.55rem 0}
.facts dt,.fields dt{color:var(--faint);font-size:.78rem;letter-spacing:.02em}
.facts dd{margin:0;font-variant-numeric:tabular-nums}
.facts small{display:block;color:var(--soft)}
nav{margin:0 0 1.5rem}
nav ul{display:flex;flex-wrap:wrap;gap:.35rem 1.25rem;margin:0;padding:.6rem 0;list-style:none;border-block:1px solid var(--line);font-size:.93rem}
section{margin:2.5rem 0}
section>h2,.runbook>header h2{font-size:1.45rem;letter-spacing:-.01em;margin:0 0 .9rem}
.chart{margin:1.5rem 0;padding:1rem 1rem .75rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
.chart svg[role=img]{display:block;width:100%;height:auto;font:11px var(--sans)}
.defs{position:absolute}
.hours svg[role=img]{height:14px;border-radius:4px}
.map svg[role=img]{min-width:44rem}
.slim{display:none}
.chart h2{font-size:.95rem;margin:0 0 .4rem}
.chart .scroll{border:0}
.chart figcaption{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;margin-top:.5rem;font-size:.82rem;color:var(--soft)}
.key{display:inline-flex;align-items:center;gap:.4rem}
.swatch{width:.7rem;height:.7rem}
.aside{margin-inline-start:auto;color:var(--faint)}
.tick,.lane{fill:var(--faint);font-variant-numeric:tabular-nums}
.lane{fill:var(--soft)}
.grid{stroke:var(--line)}.axis,.notch{stroke:var(--faint)}.edge{stroke:var(--ink);stroke-dasharray:3 3}
.m-row{fill:var(--row)}.m-info{fill:var(--info)}.m-low{fill:var(--low)}.m-medium{fill:var(--medium)}.m-high{fill:var(--high)}.m-critical{fill:var(--critical)}
.c-covered,.c-present,.c-verified{fill:var(--covered)}.c-verified{fill:var(--good)}.c-quiet{fill:var(--wash);stroke:var(--line)}.c-inferred{fill:var(--covered);opacity:.55}.c-partial{fill:var(--hatch);opacity:.6}.c-gap{fill:var(--bad)}.c-unknown{fill:url(#hatch)}.unknown-ground{fill:var(--unknown)}.unknown-line{fill:var(--hatch)}
.s-info{color:var(--info)}.s-low{color:var(--low)}.s-medium{color:var(--medium)}.s-high{color:var(--high)}.s-critical{color:var(--critical)}
.filter{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;margin:0 0 1rem;font-size:.9rem}
.filter[hidden]{display:none}
.filter input[type=search]{font:inherit;flex:1 1 16rem;max-width:26rem;padding:.4rem .75rem;border:1px solid var(--faint);border-radius:8px;background:var(--card);color:inherit}
.filter label{display:inline-flex;gap:.35rem;align-items:center;font-weight:600}
.filter output{color:var(--faint)}
.finding{background:var(--card);border:1px solid var(--line);border-inline-start:5px solid currentColor;border-radius:10px;padding:.7rem 1.1rem .75rem;margin:0 0 .6rem}
.finding[hidden]{display:none}
.finding>*{color:var(--ink)}
.finding h3{font-size:1.06rem;font-weight:650;text-wrap:pretty}
.finding .level{color:inherit;font-size:.75rem;font-weight:750;letter-spacing:.09em;text-transform:uppercase;margin:0 0 .2rem}
.folds{display:flex;flex-wrap:wrap;gap:0 1.5rem}
.folds details[open]{flex-basis:100%}
.meta{color:var(--soft);font-size:.86rem;margin:.15rem 0 .1rem}
.kept{color:var(--warn)}
.finding .kept{color:var(--warn)}
details{margin:.35rem 0 0}
summary{cursor:pointer;color:var(--soft);font-size:.9rem;width:fit-content}
summary:hover{color:var(--ink)}
.fields{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(17rem,100%),1fr));gap:.4rem 1.5rem;margin:.6rem 0}
.fields>div{min-width:0;border-top:1px solid var(--line);padding-top:.3rem}
.fields dd{margin:0;font:.8125rem/1.5 var(--mono)}
.same-head{color:var(--faint);font-size:.8rem;margin:.8rem 0 0}
.ids{columns:20rem;margin:.4rem 0;padding:0;list-style:none;font:.78rem/1.6 var(--mono)}
.next{margin:0;padding:0;list-style:none;counter-reset:next}
.next>li{position:relative;padding:.7rem 0 .7rem 2.6rem;border-top:1px solid var(--line);counter-increment:next}
.next>li:before{content:counter(next);position:absolute;inset-inline-start:0;top:.72rem;width:1.7rem;height:1.7rem;border-radius:50%;background:var(--ink);color:var(--paper);font-size:.85rem;font-weight:650;display:grid;place-items:center}
.next h3{font-size:1rem;font-weight:650}
.next ul{margin:.25rem 0;padding-inline-start:1.1rem}
.kind{display:inline-block;margin-inline-start:.5rem;padding:.02rem .5rem;border-radius:99px;background:var(--wash);color:var(--soft);font-size:.75rem;font-weight:600}
.whole{padding:.8rem 1.1rem;border-inline-start:5px solid var(--good);background:var(--card);border-radius:10px;max-width:none}
.needs td:nth-child(2){white-space:nowrap}.needs td.because{min-width:16rem;overflow-wrap:break-word}.needs+h3{margin-top:1.1rem}
.gaps{margin:.5rem 0;padding-inline-start:1.1rem}
.gaps+h3{margin-top:1.1rem}
.gaps li{margin:.3rem 0;max-width:80ch}
.gaps b{font-weight:650}
.scroll{overflow-x:auto;margin:.6rem 0;border:1px solid var(--line);border-radius:8px;background:var(--card)}
.scroll:focus-visible,a:focus-visible,summary:focus-visible,input:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font:.8125rem/1.5 var(--mono);font-variant-numeric:tabular-nums}
caption{text-align:start;padding:.5rem .75rem;color:var(--faint);font-family:var(--sans);font-size:.8rem}
th{font-family:var(--sans);font-size:.76rem;font-weight:600;color:var(--soft);text-align:start;background:var(--wash);white-space:nowrap}
th,td{padding:.35rem .75rem;border-top:1px solid var(--line);vertical-align:top}
td.short{white-space:nowrap}
td.middle{min-width:16rem}
td.long{min-width:26rem}
.narrow td.middle,.narrow td.long{min-width:12rem}
th.n,td.n{text-align:end}
tbody tr:hover{background:var(--wash)}
@media screen and (min-width:60rem){.wide td:first-child,.wide th:first-child{position:sticky;inset-inline-start:0}.wide td:first-child{background:var(--card)}}
.cells{margin:0;padding:0;list-style:none}
.null{color:var(--faint);font-style:italic;font-family:var(--sans);font-size:.92em}
.more{color:var(--soft);font-size:.86rem}
.list td:first-child{white-space:nowrap;width:1%}
.list table,.list td{font-family:var(--sans);font-size:.92rem}
.values{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;margin:0;font:.8125rem/1.6 var(--mono)}
.values dt{color:var(--faint);font-family:var(--sans);font-size:.78rem}
.values div{display:flex;gap:.4rem;align-items:baseline;min-width:0}
.values dd{margin:0}
.pill{display:inline-block;padding:.05rem .6rem;border-radius:99px;font-size:.78rem;font-weight:650;color:var(--tone,var(--soft));background:var(--tone-wash,var(--wash));white-space:nowrap}
.runbook{border-top:3px solid var(--ink);padding-top:1.25rem;margin:3rem 0 0}
.runbook>header h2{margin-bottom:.35rem}
.question{font-size:1.1rem;color:var(--soft);margin:.2rem 0 .9rem}
.steps{margin:1.25rem 0 0;padding:0;list-style:none}
.steps>li{padding:1.1rem 0 .4rem;border-top:1px solid var(--line)}
.quiet>summary{margin:.5rem 0 0}
.steps h3{font-size:1.08rem;display:flex;flex-wrap:wrap;gap:.15rem .75rem;align-items:baseline}
.steps .no{color:var(--faint);font-variant-numeric:tabular-nums}
.why{color:var(--soft)}
.verdict .why{color:var(--ink)}
.guide{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:.5rem 2rem;margin:.9rem 0 .6rem}
.guide h4{font-size:.78rem;color:var(--faint);font-weight:600;letter-spacing:.02em}
.guide p{margin:.15rem 0;font-size:.93rem}
.error{color:var(--bad)}
pre{margin:.5rem 0;padding:.8rem 1rem;overflow-x:auto;background:var(--wash);border-radius:8px;font:.78rem/1.55 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere}
footer{margin-top:3.5rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--faint);font-size:.85rem}
@media (max-width:40rem){@media screen{.slim{display:block}.broad{display:none}.chart{padding:.8rem .6rem .6rem}}body{padding-top:1.1rem}.aside{margin-inline-start:0}.next>li{padding-inline-start:2.3rem}}
@page{size:A4;margin:16mm 14mm 18mm}
@media print{
html{font-size:10pt;background:none}
body{padding:0;max-width:none}
nav,.filter{display:none}
a{color:inherit;text-decoration:none}
.verdict,.finding,.chart,.tally li,.m-row,.next>li:before,th,.pill,pre{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.finding[hidden]{display:block}
.verdict,.finding,.chart,tr,.next>li,figure{break-inside:avoid}
h2,h3,h4,.same-head,caption{break-after:avoid}
.runbook{break-before:page;margin-top:0}
.runbook:has(.quiet){break-before:auto;break-inside:avoid;margin-top:8mm}
.scroll{overflow:visible;border:0;border-radius:0}
.map svg[role=img]{min-width:0}
thead{display:table-header-group}
table{font-size:7.6pt}th{font-size:7.4pt;white-space:normal}th,td{padding:1.2mm 1.6mm}td.short,td.middle,td.long{white-space:normal;min-width:0}
details:not(.stays)::details-content{content-visibility:visible;block-size:auto}
details.stays:not(.quiet),.folds summary{display:none}
table.wide thead{position:absolute;clip-path:inset(50%);block-size:1px;overflow:hidden}
table.wide,table.wide tbody,table.wide caption{display:block}
table.wide tr{display:block;border-top:1px solid var(--line);padding:1.2mm 0}
table.wide td,.fields>div{display:inline;border:0;padding:0;max-width:none;text-align:start}
table.wide td:after,.fields>div:after{content:"   ";white-space:pre-wrap}
table.wide td:before{content:attr(data-label) "\\00a0";font:7pt var(--sans);color:var(--faint)}
table.wide td:has(.null){display:none}
.fields{display:block;font-size:7.8pt;line-height:1.6;margin:1.5mm 0}
.fields dt,.fields dd{display:inline;font-size:inherit}
.fields dt:after{content:"\\00a0"}
.cells,.cells li{display:inline}
}
`
