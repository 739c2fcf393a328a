set border 1
set lmargin at screen left
set rmargin at screen 0.965
set tmargin at screen 1 - 30.0 / height
set bmargin at screen 52.0 / height
set grid noytics xtics lt 1 lw 1 lc rgb grid
eval svg(440, height)
set label 101 'slower by (%)' at screen 0.985,screen 12.0 / height right tc rgb mute
set label 102 '○ A/A pairs  ● pairs of A and B' at screen 0.965,screen 1 - 14.0 / height right tc rgb mute
set xrange [from:to]
set xtics step
set ytics scale 0
set yrange [0.4:rows + 0.6]
# Another width: gnuplot draws lines of one colour and width with one dash.
set arrow 1 from 0, graph 0 to 0, graph 1 nohead lw 1.2 lc rgb rule back
if (large < to) { set arrow 2 from large, graph 0 to large, graph 1 nohead dt (2,3) lc rgb rule back }
if (small > from) { set arrow 3 from small, graph 0 to small, graph 1 nohead dt (2,3) lc rgb rule back }
if (within > 0 && within < to) { set arrow 4 from within, graph 0 to within, graph 1 nohead dt (6,4) lc rgb mute back }
if (within > 0 && -within > from) { set arrow 5 from -within, graph 0 to -within, graph 1 nohead dt (6,4) lc rgb mute back }
data = name.'.dat'
set output name.'.svg'.part
plot data index 'aa' using 2:($1 + 0.2) with points pt 6 ps 0.55 lw 1.4 lc rgb mute notitle, \
     data index 'pairs' using 2:($1 - 0.2) with points pt 7 ps 0.4 lc rgb ink notitle, \
     data index 'outside_aa' using 2:($1 + 0.2) with points pt 8 ps 0.7 lc rgb mute notitle, \
     data index 'outside_pairs' using 2:($1 - 0.2) with points pt 9 ps 0.7 lc rgb ink notitle
unset output
