"""How the page of the API looks: one style sheet, in the light and in the dark, on any width."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;
--ground:light-dark(#fbfaf8,#16171a);--raised:light-dark(#fff,#1d1f23);
--line:light-dark(#e3e0da,#303339);--text:light-dark(#22242a,#e6e4df);
--soft:light-dark(#666a73,#9a9da5);--link:light-dark(#2457c5,#8ab0ff);
--code:light-dark(#f3f1ec,#121316);--get:light-dark(#1d6f42,#6fcf97);
--post:light-dark(#2457c5,#8ab0ff);--put:light-dark(#8a5a00,#f0c063);
--delete:light-dark(#b0303c,#ff8b94)}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem}
body{margin:0;background:var(--ground);color:var(--text);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
a{color:var(--link);text-decoration:none}
a:hover{text-decoration:underline}
.page{display:grid;grid-template-columns:17rem minmax(0,1fr);max-width:82rem;margin:0 auto}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.6rem 1rem 2rem 1.4rem;
border-right:1px solid var(--line);font-size:13px}
nav p{margin:1.1rem 0 .25rem;color:var(--soft);font-size:11px;letter-spacing:.09em;
text-transform:uppercase}
nav a{display:block;padding:.1rem 0;color:var(--text);white-space:nowrap;overflow:hidden;
text-overflow:ellipsis}
main{padding:2rem 2.4rem 6rem;min-width:0}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .4rem;letter-spacing:-.02em}
h1 small{font-size:.9rem;font-weight:400;color:var(--soft);letter-spacing:0}
h2{margin:3rem 0 .3rem;font-size:1.25rem;letter-spacing:-.01em}
h3{margin:1.5rem 0 .2rem;font-size:1rem}
h4{margin:1rem 0 .2rem;font-size:.72rem;color:var(--soft);letter-spacing:.09em;
text-transform:uppercase}
.alone{max-width:46rem;margin:4vh auto 0}
.lead{color:var(--soft);max-width:46rem;margin:.2rem 0 1rem}
code,pre{font:12.5px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,monospace}
pre{overflow:auto;margin:.5rem 0;padding:.8rem 1rem;background:var(--code);
border:1px solid var(--line);border-radius:8px;tab-size:2}
p code,td code,li code{background:var(--code);padding:.08em .35em;border-radius:4px}
details{background:var(--raised);border:1px solid var(--line);border-radius:8px;margin:.45rem 0}
details[open]{box-shadow:0 1px 8px #0001}
summary{cursor:pointer;padding:.5rem .8rem;list-style:none;display:flex;gap:.7rem;
align-items:baseline;flex-wrap:wrap}
summary::-webkit-details-marker{display:none}
summary:hover{background:color-mix(in srgb,var(--text) 4%,transparent);border-radius:8px}
summary span{color:var(--soft)}
details>div{padding:0 1rem .8rem;border-top:1px solid var(--line)}
b.get,b.post,b.put,b.delete{min-width:3.6rem;font:600 11px/1.6 ui-monospace,monospace;
letter-spacing:.04em}
b.get{color:var(--get)}b.post{color:var(--post)}b.put{color:var(--put)}b.delete{color:var(--delete)}
.wide{overflow-x:auto}
table{border-collapse:collapse;margin:.3rem 0;width:100%;font-size:13.5px}
th{text-align:left;font-weight:500;color:var(--soft);font-size:12px}
td,th{padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
.must{color:var(--delete)}
@media(max-width:56rem){.page{display:block}nav{display:none}main{padding:1.2rem 1rem 4rem}}
"""
