"""What words say about whether a sentence wants something: learned constants. Pure data.

Printed by `python -m scripts.train_wishes FILE` from the ParakweetLabs EmailIntentDataSet (Apache-2.0), which holds
sentences of mails with intent yes or no. Each entry reads `word weight`; `^` marks the beginning of a sentence.
"""

BIAS = -1.80
_TABLE = """
let's 2.93; discuss 2.59; meet 2.53; please 2.46; join 2.38; me know 2.12; you think 1.96; ? 1.78; any time 1.71;
wondering if 1.60; ^please 1.60; call 1.45; will you 1.32; ^did 1.31; are you 1.30; tonight 1.21; works 1.16;
go ahead 1.15; cover 1.14; what is 1.14; visit 1.12; ^to 1.12; give me 1.12; ^shop 1.12; could you 1.09; we'll 1.07;
question 1.06; you should 1.03; ask 1.02; me a 1.00; ^for 1.00; lunch 1.00; page 0.99; suggest 0.99; ^check 0.98;
we could 0.97; may want 0.97; that a 0.96; could 0.96; to $link 0.95; 0 today 0.92; you are 0.92; on any 0.92;
asap 0.89; november 0.85; ^hi 0.85; talk 0.85; would 0.84; $link to 0.84; try 0.83; appreciate 0.82; need 0.81;
review 0.81; and get 0.80; ^could 0.79; can you 0.77; check 0.76; a discussion 0.76; on for 0.75; send me 0.74;
sunday 0.72; ^should 0.70; ^if you have 0.68; option 0.67; i'd 0.67; tuesday 0.66; can 0.63; to speak 0.63;
know 0.62; me 0.61; schedule 0.59; you get 0.58; at 0 0.58; ^can you 0.57; after you 0.57; that we 0.57; choose 0.57;
week 0.56; it in 0.56; know if 0.55; download 0.54; 0 am 0.54; created 0.53; ^remember 0.53; happy to 0.53;
^can 0.53; start 0.53; is not 0.52; there's 0.52; including 0.51; thursday 0.51; that you 0.50; meeting 0.49;
don't you 0.49; index 0.49; we can 0.49; ^if 0.48; i need 0.48; you 0.47; are in 0.47; open 0.46; ^go 0.46;
^don't forget 0.46; take 0.45; guys 0.43; us know 0.43; feedback 0.43; prepare 0.42; i get 0.42; photos 0.42;
discussion 0.41; respond 0.41; need to 0.41; chat 0.41; if 0.41; ^apply 0.41; would be 0.39; ^also 0.38; case 0.38;
send 0.37; of us 0.37; go 0.37; from you 0.36; next 0.36; ^use 0.35; saturday 0.35; password 0.35; for 0.35;
full 0.34; on monday 0.34; dinner 0.34; quick 0.34; simply 0.33; if this 0.33; enter 0.33; give 0.33; were 0.32;
weekend 0.32; 0 or 0.32; discussing 0.32; you will 0.32; would like 0.31; ^let 0.31; on my 0.30; be 0.30; kind 0.30;
will have 0.30; a list 0.30; how we 0.30; group 0.30; don't 0.29; give us 0.29; up 0.29; at 0.29; you may 0.29;
up and 0.29; i'll 0.28; we 0.28; you and 0.28; available to 0.27; sure 0.27; a chance 0.26; our 0.26; chance 0.26;
lets discuss 0.26; shall 0.25; monday 0.25; ^would 0.25; this is 0.24; back to 0.24; phone 0.23; set 0.23; on 0.23;
calendar 0.22; following 0.22; this was 0.22; together 0.22; about 0.22; the 0 0.21; you to 0.21; to see 0.21;
manage 0.20; hey 0.20; ^do 0.20; manage your 0.20; you still 0.19; of our 0.19; am 0.19; super 0.19; any 0.19;
i wanted 0.18; see 0.18; is the 0.18; today 0.18; please make 0.18; within 0.18; a few 0.17; are available 0.17;
the attached 0.17; your 0.17; online 0.17; possible 0.17; interested 0.17; person 0.17; steps 0.17; on your 0.16;
time 0.16; as possible 0.16; them 0.16; back 0.16; part of 0.15; to look 0.15; you want 0.14; can have 0.14;
get a 0.14; at your 0.14; come by 0.14; with 0.14; something 0.13; going 0.13; we need 0.12; forward 0.12;
friday 0.12; to keep 0.11; ^if you want 0.10; ^we 0.10; tell 0.10; issues 0.10; and email 0.10; want 0.09;
update 0.09; i would 0.08; morning 0.08; please forward 0.08; you in 0.08; 0 to 0.08; we will 0.08; use 0.08;
these 0.07; ^hey 0.07; 0 0 0.07; pipeline 0.07; before 0.07; get 0.07; attend 0.06; final 0.05; to me 0.05; an 0.05;
0 and 0.05; keep 0.05; do not 0.05; scott 0.05; get together 0.04; with the 0.04; with you 0.03; take a 0.03;
a call 0.03; have a 0.03; to retrieve 0.02; me on 0.02; after 0.02; if they 0.02; to participate 0.02; order 0.02;
select 0.02; effective 0.01; would you 0.01; marketing 0.01; development -0.01; short -0.01; please go -0.01;
one -0.02; ^i -0.02; already -0.02; day -0.02; weeks -0.03; for the -0.03; january 0 -0.03; as -0.03; media -0.03;
subscription -0.04; given -0.04; here -0.04; does -0.05; july -0.05; up to -0.05; change your -0.06; finally -0.06;
another -0.06; if i -0.06; do -0.06; receive -0.06; your subscription -0.07; i will -0.07; business -0.07;
market -0.07; family -0.07; ^in -0.07; over -0.07; be in -0.08; time to -0.09; the office -0.09; reading -0.09;
service -0.10; to make -0.10; can provide -0.10; later -0.10; this -0.10; project -0.11; feel -0.12; me 0 -0.12;
^i will -0.12; a -0.12; by -0.13; ^so -0.13; comment -0.13; thought -0.13; and -0.13; getting -0.13; send you -0.13;
looking -0.14; it -0.14; 0 -0.14; this to -0.15; out -0.15; line -0.15; no -0.15; new -0.15; more -0.15;
provide -0.15; email -0.16; people -0.16; just -0.17; august -0.17; $link -0.18; having -0.18; and we -0.18;
had -0.19; comments -0.19; access -0.20; please follow -0.20; concerns -0.20; delivery -0.20; ^your -0.20;
enjoy -0.21; not -0.21; =short -0.22; will -0.22; info -0.22; so that -0.22; that -0.22; friend -0.22; working -0.22;
there -0.23; tips -0.23; either -0.23; to your -0.23; of -0.24; first -0.25; most -0.25; covered -0.25;
messages -0.25; all -0.25; was -0.26; know when -0.26; questions or -0.27; though -0.27; world -0.27; haven't -0.27;
off -0.27; money -0.28; with our -0.28; you don't -0.29; may be -0.29; you on -0.29; received -0.29;
look forward -0.29; you enjoy -0.29; your email -0.30; team -0.30; is -0.30; like to -0.31; note -0.31; my -0.31;
makes -0.31; get to -0.32; com -0.32; make -0.32; ^and -0.32; longer -0.34; receive these -0.35; trying to -0.37;
while -0.39; to send -0.39; other -0.40; are -0.41; didn't -0.41; on a -0.42; we want -0.42; year -0.43; i've -0.45;
you for -0.45; even -0.45; if you -0.46; experience -0.46; every -0.46; ^you can -0.47; insurance -0.47; did -0.47;
but -0.49; point -0.50; updated -0.50; have an -0.50; to be -0.50; i have -0.51; visit your -0.51; life -0.51;
^we want to -0.51; i had -0.52; any questions -0.52; discussed -0.53; been -0.53; ^how -0.53; way -0.54; their -0.56;
gets -0.57; and want -0.61; =long -0.61; called -0.64; ^a -0.65; wish to -0.65; buy -0.67; continue to -0.71;
as you -0.73; please feel -0.73; your contacts -0.73; video -0.73; top -0.73; she -0.73; to share -0.73;
company -0.74; change -0.76; what's -0.76; wish -0.78; he -0.81; ^that -0.82; a great -0.88; ^this -0.88; they -0.93;
can help -0.94; thanks -0.94; please visit -0.94; power -1.00; to please -1.01; provided -1.01; that if -1.05;
questions -1.09; lil -1.10; thank -1.22; ^if you -1.23; ^the -1.23; ^to ensure -1.33; please add -1.37;
^please try to -1.51; back with -1.55; address book -1.62; unsubscribe -1.69; questions please -2.24;
us please -2.39; please click -3.04;
"""
WEIGHTS = {
    feature: float(weight)
    for feature, _, weight in (entry.strip().rpartition(" ") for entry in _TABLE.split(";"))
    if feature
}
