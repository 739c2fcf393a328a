amdahl(x, f) = (1 - f + f / first) / (1 - f + f / x)
between(x) = x >= first * 0.999 && x <= last * 1.001
# What has no colour of its own is dotted and hollow.
ink(i, yes, no) = hue[i] eq 'ink' ? yes : no
eval svg(440, 340)
eval axes('threads', 'speed-up')
# Halos would cut neighbours that stand side by side.
set pointintervalbox 0.7
set logscale xy 2
set mxtics 1
set mytics 1
set lmargin at screen 0.1
set rmargin at screen 0.975
set tmargin at screen 0.885
set bmargin at screen 0.14
set output name.'.svg'.part
plot (between(x) ? x / first : NaN) with lines lw 1.5 dt (6,4) lc rgb rule notitle, \
     for [i = 1:n] (parallel[i] >= 0 && between(x / beside[i]) ? amdahl(x / beside[i], parallel[i]) : NaN) with lines lw 2 dt ink(i, 3, 1) lc rgb value(hue[i]) notitle, \
     for [i = 1:n] name.'.dat' index 's'.(i - 1) using ($1 * beside[i]):(parallel[i] < 0 ? $2 : NaN) with lines lw 2 dt ink(i, 3, 1) lc rgb value(hue[i]) notitle, \
     for [i = 1:n] name.'.dat' index 's'.(i - 1) using ($1 * beside[i]):2:3:4 with yerrorbars pt ink(i, 6, 7) ps 0.55 lw 2 lc rgb value(hue[i]) notitle
unset output
