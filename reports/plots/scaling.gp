eval svg(440, 340)
eval axes('threads', 'speed-up')
set logscale xy 2
set mxtics 1
set mytics 1
set lmargin at screen 0.075
set rmargin at screen 0.975
set tmargin at screen 0.885
set bmargin at screen 0.14
set output name.'.svg'.part
plot (x >= first && x <= last ? x / first : NaN) with lines lw 1.5 dt (6,4) lc rgb rule notitle, \
     for [i = 1:n] name.'.dat' index 's'.(i - 1) using 1:2 with lines lw 2 lc rgb value(hue[i]) notitle, \
     for [i = 1:n] name.'.dat' index 's'.(i - 1) using 1:2:3:4 with yerrorbars pt 7 ps 0.55 lw 2 lc rgb value(hue[i]) notitle
unset output
