set border 1
set lmargin at screen 0.42
set rmargin at screen 0.965
set tmargin at screen 1 - 30.0 / height
set bmargin at screen 46.0 / height
set grid noytics xtics lt 1 lw 1 lc rgb grid
eval svg(720, height)
set label 102 'ratio to the baseline, right is faster (log)' at screen 0.985,screen 9.0 / height right tc rgb mute
set logscale x
set mxtics 1
set yrange [0.4:rows + 0.6]
set arrow 1 from 1, graph 0 to 1, graph 1 nohead dt (6,4) lw 1.5 lc rgb rule back
set output name.'.svg'.part
plot name.'.dat' index 'paired' using 2:1:3:4 with xerrorbars pt 7 ps 0.55 lw 2 lc rgb f32 notitle, \
     name.'.dat' index 'unpaired' using 2:1:3:4 with xerrorbars pt 6 ps 0.6 lw 1.5 lc rgb mute notitle
unset output
